// A small app on @slack/bolt in Socket Mode, and uploads by @slack/web-api: both unchanged, pointed at a sandbox.
//   node bolt_app.js API_URL APP_TOKEN BOT_TOKEN CONTROL_URL    plays app and people, says what the app saw
const [, , apiUrl, appToken, botToken, control] = process.argv;
const {App, LogLevel} = require('@slack/bolt');
const {WebClient} = require('@slack/web-api');

const seen = [];
const app = new App({
    token: botToken,
    appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: {slackApiUrl: apiUrl},
});

app.command('/release', async ({command, ack, respond, client}) => {
    await ack({text: `heard ${command.text}`});
    seen.push(`command ${command.text}`);
    if (command.text === 'window') {
        await client.views.open({
            trigger_id: command.trigger_id,
            view: {
                type: 'modal',
                callback_id: 'ask',
                title: {type: 'plain_text', text: 'Ask'},
                submit: {type: 'plain_text', text: 'Send'},
                blocks: [
                    {type: 'input', block_id: 'who', label: {type: 'plain_text', text: 'Who'},
                     element: {type: 'external_select', action_id: 'menu', min_query_length: 0}},
                    {type: 'input', block_id: 'why', label: {type: 'plain_text', text: 'Why'},
                     element: {type: 'plain_text_input', action_id: 'text'}},
                ],
            },
        });
    } else {
        await respond({
            text: 'choose',
            blocks: [{type: 'actions', block_id: 'row',
                      elements: [{type: 'button', action_id: 'go', value: '7', text: {type: 'plain_text', text: 'Go'}}]}],
        });
    }
});

app.action('go', async ({action, ack, respond}) => {
    await ack();
    seen.push(`action ${action.value}`);
    await respond({text: 'pressed', replace_original: true});
});

app.options('menu', async ({options, ack}) => {
    await ack({options: [{text: {type: 'plain_text', text: `like ${options.value}`}, value: 'one'}]});
});

app.view('ask', async ({view, ack}) => {
    const why = view.state.values.why.text.value;
    if (why === 'no') {
        await ack({response_action: 'errors', errors: {why: 'Say more.'}});
        return;
    }
    await ack();
    seen.push(`view ${why} ${view.state.values.who.menu.selected_option.value}`);
});

app.shortcut('slipway_start', async ({shortcut, ack}) => {
    await ack();
    seen.push(`shortcut ${shortcut.user.id}`);
});

app.event('app_mention', async ({event, say}) => {
    seen.push('mention');
    await say({text: 'here', thread_ts: event.ts});
});

app.event('app_home_opened', async ({event, client}) => {
    await client.views.publish({
        user_id: event.user,
        view: {type: 'home', blocks: [{type: 'section', text: {type: 'mrkdwn', text: 'hello home'}}]},
    });
    seen.push('home');
});

/// A person of the workspace does something.
async function act(what, body) {
    const answer = await fetch(`${control}/act/${what}`, {
        method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({as: 'U0ANA', ...body}),
    });
    return answer.json();
}
const look = async (path) => (await fetch(`${control}/${path}`)).json();

function expect(what, is, wanted) {
    if (JSON.stringify(is) !== JSON.stringify(wanted))
        throw new Error(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(wanted)}`);
}
async function until(what, check) {
    for (let i = 0; i < 500; ++i) {
        const found = await check();
        if (found) return found;
        await new Promise((go) => setTimeout(go, 20));
    }
    throw new Error(`never: ${what}`);
}
const channel = 'C0RELEASES';
const messages = async () => (await look(`channels/${channel}?as=U0ANA`)).messages;

async function people() {
    expect('a command', (await act('command', {channel, text: '/release hello'})).outcome, 'ok');
    const choose = await until('the buttons', async () => (await messages()).find((each) => each.text === 'choose'));
    await until('the answer in the ack', async () => (await messages()).find((each) => each.text === 'heard hello'));
    expect('a click', (await act('click', {channel, ts: choose.ts, action_id: 'go'})).outcome, 'ok');
    await until('the replaced message', async () => (await messages()).find((each) => each.text === 'pressed'));

    await act('command', {channel, text: '/release window'});
    const view = await until('the window', async () => (await look('views?as=U0ANA')).stack[0]);
    const menu = await act('suggest', {view_id: view.id, action_id: 'menu', text: 'an'});
    expect('a menu', menu.options[0].text.text, 'like an');
    const refused = await act('submit', {view_id: view.id, values: {who: menu.options[0], why: 'no'}});
    expect('a marked field', refused.errors, {why: 'Say more.'});
    expect('a submission', (await act('submit', {view_id: view.id, values: {who: menu.options[0], why: 'because'}})).outcome, 'ok');
    expect('the closed window', (await look('views?as=U0ANA')).stack, []);

    expect('a shortcut', (await act('shortcut', {callback_id: 'slipway_start'})).outcome, 'ok');
    await act('message', {channel, text: 'hey @slipway'});
    await until('the mention', () => seen.includes('mention'));
    await act('home', {});
    await until('Home', async () => (await look('views?as=U0ANA')).home?.blocks[0].text.text === 'hello home');
}

async function uploads() {
    const client = new WebClient(botToken, {slackApiUrl: apiUrl});
    const text = 'line\n'.repeat(4000);
    await client.files.uploadV2({channel_id: channel, filename: 'run.log', title: 'The log', content: text});
    const carrier = await until('the file', async () => (await messages()).find((each) => each.files?.length));
    expect('its name', carrier.files[0].name, 'run.log');
    const posted = await client.chat.postMessage({channel, text: 'parent'});
    await client.files.uploadV2({
        channel_id: channel, thread_ts: posted.ts, initial_comment: 'two of them',
        file_uploads: [{filename: 'a.txt', content: 'a'}, {filename: 'b.txt', content: 'bb'}],
    });
    const both = await until('the thread', async () => (await messages()).find((each) => each.text === 'two of them'));
    expect('both files', both.files.map((each) => each.name), ['a.txt', 'b.txt']);
    expect('the thread', both.thread_ts, posted.ts);
    await client.chat.update({channel, ts: posted.ts, text: 'edited'});
    await client.pins.add({channel, timestamp: posted.ts});
    const refusal = await client.chat.postMessage({channel: 'C0NOWHERE', text: 'x'}).catch((error) => error);
    expect('a refusal', refusal.data.error, 'channel_not_found');
    const pages = [];
    for await (const page of client.paginate('conversations.history', {channel, limit: 2})) pages.push(...page.messages);
    if (pages.length < 3) throw new Error(`paging gave ${pages.length} messages`);
}

async function main() {
    await app.start();
    await until('the link', async () => (await look('state')).app.linked);
    await people();
    await uploads();
    const {acks} = await look('links');
    expect('every acknowledgement taken', Object.keys(acks), ['accepted']);
    await app.stop();
    console.log(seen.join('\n'));
    process.exit(0);
}
main().catch((error) => {
    console.error(error);
    process.exit(1);
});
