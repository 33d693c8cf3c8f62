// The connection to the server: newest request only, and a new connection when it is lost.

const PAUSES = [300, 700, 1500, 3000];

/** Connects; `on` is told of hello, of every message, and of losing the server. */
export function connect(on) {
  let socket = null;
  let tries = 0;
  let sequence = 0;
  const waiting = { now: null, pin: null };
  let sent = null; // the request whose first answer is awaited

  function open() {
    const address = new URL('live', location.href);
    address.protocol = 'ws:';
    address.hash = '';
    socket = new WebSocket(address);
    socket.addEventListener('message', (event) => take(JSON.parse(event.data)));
    socket.addEventListener('close', lost);
  }

  async function lost() {
    sent = null;
    socket = null;
    const pause = PAUSES[Math.min(tries++, PAUSES.length - 1)];
    on.lost(await isOther());
    setTimeout(open, pause);
  }

  /** Whether a server is there that does not know this page's token. */
  async function isOther() {
    if (tries < 2) return false;
    try {
      return (await fetch('./', { method: 'HEAD', cache: 'no-store' })).status === 404;
    } catch {
      return false;
    }
  }

  function take(message) {
    if (message.type === 'hello') {
      tries = 0;
      on.hello(message);
      flush();
      return;
    }
    if (message.type === 'result' && !message.pin && sent && message.seq >= sent.seq) {
      const answered = sent;
      sent = null;
      flush(); // before drawing: the server works while the browser draws
      on.message(message, answered);
      return;
    }
    on.message(message, null);
  }

  function flush() {
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (waiting.pin) {
      socket.send(JSON.stringify({ ...waiting.pin.body, seq: ++sequence, pin: true }));
      waiting.pin = null;
    }
    if (waiting.now && !sent) {
      sent = { ...waiting.now, seq: ++sequence };
      waiting.now = null;
      socket.send(JSON.stringify({ ...sent.body, seq: sequence }));
    }
  }

  open();
  return {
    /** Asks for a case; one that has not been sent yet is forgotten, but not since when it was waited for. */
    ask(body, movedAt) {
      waiting.now = { body, movedAt: waiting.now?.movedAt ?? movedAt };
      flush();
    },
    askPinned(body) {
      waiting.pin = { body };
      flush();
    },
    /** The number of the newest request that was sent. */
    get newest() { return sequence; },
  };
}
