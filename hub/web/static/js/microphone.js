// In the browser's audio thread: what the microphone hears, as 16-bit samples, 40 ms at a time.

const BLOCK_SECONDS = 0.04;

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.block = new Int16Array(Math.round(sampleRate * BLOCK_SECONDS));
    this.filled = 0;
  }

  process([channels]) {
    if (channels.length === 0) return true;
    const [first] = channels; // mono was asked for; a device that gives more is heard on its first channel
    for (const sample of first) {
      this.block[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32767)));
      if (this.filled === this.block.length) this.send();
    }
    return true;
  }

  send() {
    const whole = this.block.slice();
    this.port.postMessage(whole.buffer, [whole.buffer]);
    this.filled = 0;
  }
}

registerProcessor("microphone", Microphone);
