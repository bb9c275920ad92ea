// This browser as a satellite: its microphone and speaker over one WebSocket (docs/talk.md).

import { Speaker } from "/js/speaker.js";

const MOST_WAITING_BYTES = 256 * 1024; // a network that takes nothing: samples are dropped, the turn ends by itself

/** Why there is no microphone: "insecure" (no HTTPS), "denied", "missing", "refused" (by the hub; `code` says why). */
export class NoMicrophone extends Error {
  constructor(why, code = "") {
    super(why);
    this.why = why;
    this.code = code;
  }
}

/** The name that the hub knows this browser by; typed sentences use it too, so that an answer finds its question. */
export function pageName() {
  let name = localStorage.getItem("page-name");
  if (!name) {
    const letters = [...crypto.getRandomValues(new Uint8Array(6))].map((octet) => (octet % 36).toString(36)).join("");
    name = `page-${letters}`;
    localStorage.setItem("page-name", name);
  }
  return name;
}

/**
 * One conversation. Events (`talk.addEventListener`): `state` (detail: off, ready, wake, listening, thinking, speaking),
 * `heard` {text}, `saying` {text}, `failed` {code, message}, `detected` {word, score}, `done` {trace}, `level` {rms},
 * `closed` {code}.
 */
export class Talk extends EventTarget {
  /** area: the room that is meant by "here", or null. */
  constructor({ area = null, language = null } = {}) {
    super();
    this.area = area;
    this.language = language;
    this.state = "off";
    this.handsFree = false;
    this.streaming = false;
  }

  /** Open microphone and connection. Call it from a click: browsers let nothing sound before one. Throws NoMicrophone. */
  async open() {
    if (!navigator.mediaDevices) throw new NoMicrophone("insecure");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: false, autoGainControl: true },
      });
    } catch (error) {
      throw new NoMicrophone(error.name === "NotAllowedError" ? "denied" : "missing");
    }
    this.context = new AudioContext();
    await this.context.audioWorklet.addModule("/js/microphone.js");
    await this.context.resume();
    this.speaker = new Speaker(this.context, () => this.played());
    this.microphone = new AudioWorkletNode(this.context, "microphone", { numberOfOutputs: 0 });
    this.microphone.port.onmessage = ({ data }) => this.samples(data);
    this.context.createMediaStreamSource(this.stream).connect(this.microphone);
    await this.connect();
    this.become("ready");
  }

  connect() {
    const query = new URLSearchParams({ name: pageName(), rate_hz: this.context.sampleRate });
    if (this.area) query.set("area", this.area);
    if (this.language) query.set("language", this.language);
    const address = new URL(`/api/v1/talk?${query}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(address);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => (typeof data === "string" ? this.told(JSON.parse(data)) : this.speaker.add(data));
    return new Promise((resolve, reject) => {
      this.socket.onopen = resolve;
      this.socket.onclose = ({ reason }) => {
        reject(new NoMicrophone("refused", reason));
        if (this.state !== "off") this.close(reason);
      };
    });
  }

  /** Push to talk: what is said from now on is a command; a reply that sounds is cut off. */
  press() {
    this.speaker.stop();
    this.tell({ type: "listen", stage: "asr" });
    this.streaming = true;
    this.become("listening");
  }

  /** The button was let go: that was all of it. */
  release() {
    this.streaming = this.handsFree;
    if (this.state !== "listening") return;
    this.tell({ type: "end" });
    this.become("thinking");
  }

  /** Hands free: wait for the wake word, always; it also cuts a reply off. */
  setHandsFree(on) {
    this.handsFree = on;
    if (on) this.waitForWake();
    else if (this.state === "wake") {
      this.streaming = false;
      this.tell({ type: "end" });
      this.become("ready");
    }
  }

  close(code = "") {
    this.streaming = false;
    this.become("off");
    this.socket?.close();
    this.speaker?.stop();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.context?.close();
    this.dispatch("closed", { code });
  }

  waitForWake() {
    this.tell({ type: "listen", stage: "wake" });
    this.streaming = true;
    this.become("wake");
  }

  samples(buffer) {
    this.dispatch("level", { rms: level(buffer) });
    if (this.streaming && this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount < MOST_WAITING_BYTES) {
      this.socket.send(buffer);
    }
  }

  told(message) {
    switch (message.type) {
      case "listening": return this.become("listening");
      case "voice-stopped": return this.become("thinking");
      case "saying":
        this.dispatch("saying", message);
        if (!message.rate_hz) return undefined; // words without sound: there is no voice
        this.speaker.begin(message.rate_hz);
        return this.become("speaking");
      case "said": return this.speaker.end();
      case "stop-playback": return this.speaker.stop();
      case "listen-again":
        this.streaming = true;
        return this.tell({ type: "listen", stage: "asr" });
      case "done":
        this.dispatch("done", message);
        return this.state === "speaking" ? undefined : this.rest();
      default: return this.dispatch(message.type, message);
    }
  }

  played() {
    this.tell({ type: "played" });
    this.rest();
  }

  /** After an answer: wait for the wake word again, or for the button. */
  rest() {
    if (this.state === "off") return;
    if (this.handsFree) this.become("wake");
    else {
      this.streaming = false;
      this.become("ready");
    }
  }

  become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatch("state", state);
  }

  tell(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** How loud 16-bit samples are: root mean square of full scale, 0 to 1. */
function level(buffer) {
  const samples = new Int16Array(buffer);
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length) / 32768;
}
