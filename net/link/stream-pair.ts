import { Duplex } from "node:stream";

/** How many bytes one end may write before the other reads, as with the buffers of TCP. */
const maxBufferedBytes = 1 << 20;

/** The callback of a write: called when its bytes were taken, or with an error. */
type WriteCallback = (error?: Error) => void;

/** Both ends of a connection within this process; `onActivity` is called for everything that passes between them. */
export function streamPair(onActivity: () => void): readonly [near: StreamEnd, far: StreamEnd] {
  const near = new StreamEnd(onActivity);
  const far = new StreamEnd(onActivity);
  near.join(far);
  far.join(near);
  return [near, far];
}

/**
 * One end of a connection that connects, ends and breaks as a TCP socket does; `duplexPair` of Node does not report to the
 * other end that one was destroyed. Everything takes a turn of the event loop, so that neither end calls the other directly.
 */
export class StreamEnd extends Duplex {
  /** Whether this end is connecting; ends with the event `connect`. */
  connecting = false;
  readonly #onActivity: () => void;
  #peer: StreamEnd = this;
  /** The callback of the peer's write, until its bytes are read here. */
  #pendingWrite: WriteCallback | undefined;
  #endReceived = false;
  #isPaused = false;
  #isReset = false;
  /** The error of a reset that came while this end was paused. */
  #resetError: Error | undefined;

  constructor(onActivity: () => void) {
    super({ readableHighWaterMark: maxBufferedBytes });
    this.#onActivity = onActivity;
  }

  /** Connects this end with the other one. To be called once, before anything else. */
  join(peer: StreamEnd): void {
    this.#peer = peer;
  }

  /** Connects: emits `connect` in the next turn of the event loop. */
  connect(): void {
    this.connecting = true;
    this.#pass(() => {
      this.connecting = false;
      if (!this.destroyed) this.emit("connect");
    });
  }

  /** Resets the connection, RST: what is on its way is lost. */
  resetAndDestroy(): this {
    this.#isReset = true;
    return this.destroy();
  }

  /** Reads nothing until `resume`. An end or a reset of the peer is not noticed before. */
  override pause(): this {
    this.#isPaused = true;
    return super.pause();
  }

  override resume(): this {
    this.#isPaused = false;
    return this.#resetError ? this.destroy(this.#resetError) : super.resume();
  }

  override _read(): void {
    const done = this.#pendingWrite;
    this.#pendingWrite = undefined;
    done?.();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: WriteCallback): void {
    this.#send(Buffer.from(chunk), done); // a copy: the reader may change it
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: WriteCallback): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#pass(() => this.#peer.#end());
    done();
  }

  /** Tells the peer. An end that is closed with unread bytes resets the connection, as in TCP. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const resets = this.#isReset || (this.readableLength > 0 && this.#pendingWrite !== undefined);
    const pendingWrite = this.#pendingWrite;
    this.#pass(() => (resets ? this.#peer.#break(pendingWrite) : this.#peer.#end()));
    done(error);
  }

  /** Does something at the peer in the next turn of the event loop. */
  #pass(action: () => void): void {
    setImmediate(() => {
      this.#onActivity();
      action();
    });
  }

  #send(bytes: Uint8Array, done: WriteCallback): void {
    this.#pass(() => {
      if (!this.#isReset) this.#peer.#receive(bytes, done);
    });
  }

  #receive(bytes: Uint8Array, done: WriteCallback): void {
    if (this.destroyed) {
      done(failure("EPIPE", "write"));
      return;
    }
    this.#pendingWrite = done;
    this.push(bytes);
  }

  #end(): void {
    if (this.destroyed || this.#endReceived) return;
    this.#endReceived = true;
    this.push(null);
  }

  /** The peer has reset the connection. This end fails at once, unless it is paused; then its pending write fails. */
  #break(pendingWrite: WriteCallback | undefined): void {
    this.#resetError = failure("ECONNRESET", "read");
    if (!this.#isPaused) this.destroy(this.#resetError);
    else pendingWrite?.(failure("ECONNRESET", "write"));
  }
}

const failure = (code: string, syscall: string): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
