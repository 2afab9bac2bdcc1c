// A Bolt app that does nothing but acknowledge: what Slack's own SDK spends on a click.
//   node link_peer.js API_URL
const {App, LogLevel} = require('@slack/bolt');
const app = new App({
    token: 'xoxb-bench',
    appToken: 'xapp-bench',
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: {slackApiUrl: process.argv[2]},
});
app.action('slipway.approve', async ({ack}) => {
    await ack();
});
app.start();
