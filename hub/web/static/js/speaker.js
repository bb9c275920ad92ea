// Plays a reply while it still comes: blocks of samples one behind the other, and silence at once when told.

const LEAD_SECONDS = 0.08; // until the first sample sounds: what a busy phone may be late with the second

export class Speaker {
  /** context: an AudioContext that may sound. played: called when a reply was heard to its end. */
  constructor(context, played) {
    this.context = context;
    this.played = played;
    this.sounding = new Set();
    this.rate_hz = null;
    this.ended = false;
  }

  begin(rate_hz) {
    this.stop();
    this.rate_hz = rate_hz;
    this.ended = false;
    this.next_seconds = this.context.currentTime + LEAD_SECONDS;
  }

  /** data: ArrayBuffer of 16-bit samples. */
  add(data) {
    if (this.rate_hz === null || data.byteLength < 2) return;
    const samples = new Int16Array(data);
    const buffer = this.context.createBuffer(1, samples.length, this.rate_hz);
    const channel = buffer.getChannelData(0);
    for (let at = 0; at < samples.length; at++) channel[at] = samples[at] / 32768;
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.onended = () => {
      this.sounding.delete(source);
      this.tell();
    };
    this.next_seconds = Math.max(this.next_seconds, this.context.currentTime);
    source.start(this.next_seconds);
    this.next_seconds += buffer.duration;
    this.sounding.add(source);
  }

  /** Nothing more comes of this reply. */
  end() {
    this.ended = true;
    this.tell();
  }

  tell() {
    if (!this.ended || this.sounding.size > 0 || this.rate_hz === null) return;
    this.rate_hz = null;
    this.played();
  }

  /** Be silent now. */
  stop() {
    for (const source of this.sounding) {
      source.onended = null;
      source.stop();
    }
    this.sounding.clear();
    this.rate_hz = null;
  }
}
