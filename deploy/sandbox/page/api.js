// The control interface, as the page uses it.

export async function get(path) {
  const answer = await fetch("/control/" + path, {headers: {Accept: "application/json"}});
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** Acts as a person; always gives an object with "ok" and, when not, "text". */
export async function act(what, body) {
  try {
    const answer = await fetch("/control/act/" + what,
      {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)});
    return await answer.json();
  } catch (problem) {
    return {ok: false, outcome: "trouble", text: "The sandbox cannot be reached. Is it still running?"};
  }
}

/** A live line that comes back by itself. `onEvent` gets each event, `onState` true or false. */
export function listen(user, onEvent, onState) {
  let socket = null;
  let ended = false;
  let wait = 250;
  const open = () => {
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/control/live?as=${encodeURIComponent(user)}`);
    socket.onopen = () => { wait = 250; onState(true); };
    socket.onmessage = (message) => onEvent(JSON.parse(message.data));
    socket.onclose = () => {
      if (ended) return;
      onState(false);
      setTimeout(() => { if (!ended) open(); }, wait);
      wait = Math.min(wait * 2, 5000);
    };
  };
  open();
  return () => { ended = true; socket.close(); };
}
