import { Duplex } from "node:stream";

/** So much may wait for a reader before the writer has to wait, in bytes; the buffers of TCP hold as much, or more. */
const room = 1 << 20;

type Taken = (error?: Error) => void;

/** Both ends of a connection within this process; `moved` is called for whatever passes between them. */
export function streamPair(moved: () => void): readonly [near: StreamEnd, far: StreamEnd] {
  const near = new StreamEnd(moved);
  const far = new StreamEnd(moved);
  near.join(far);
  far.join(near);
  return [near, far];
}

/**
 * One end of a connection that goes up, ends and breaks as a TCP socket does. Node's own `duplexPair` tells the other end
 * nothing when one is destroyed. What passes takes a turn of the event loop: neither end is called from inside the other.
 */
export class StreamEnd extends Duplex {
  /** The end that dials, until it is up. */
  connecting = false;
  readonly #moved: () => void;
  #peer: StreamEnd = this;
  /** What the peer waits for before it writes on. */
  #taken: Taken | undefined;
  #hasEnded = false;
  #isPaused = false;
  #resets = false;
  /** How the connection broke while nobody read. */
  #broken: Error | undefined;

  constructor(moved: () => void) {
    super({ readableHighWaterMark: room });
    this.#moved = moved;
  }

  join(peer: StreamEnd): void {
    this.#peer = peer;
  }

  /** Tells that the connection is up. */
  connect(): void {
    this.connecting = true;
    this.#pass(() => {
      this.connecting = false;
      if (!this.destroyed) this.emit("connect");
    });
  }

  /** Breaks the connection: what is on its way is lost. */
  resetAndDestroy(): this {
    this.#resets = true;
    return this.destroy();
  }

  /** Until `resume` neither bytes nor the end are read, nor is it noticed that the connection broke. */
  override pause(): this {
    this.#isPaused = true;
    return super.pause();
  }

  override resume(): this {
    this.#isPaused = false;
    return this.#broken ? this.destroy(this.#broken) : super.resume();
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Taken): void {
    this.#send(Buffer.from(chunk), done); // a copy, as over a wire: the reader may write on it
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: Taken): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#pass(() => this.#peer.#end());
    done();
  }

  /** Who closes with bytes unread breaks the connection, as in TCP. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const breaks = this.#resets || (this.readableLength > 0 && this.#taken !== undefined);
    const waiting = this.#taken;
    this.#pass(() => (breaks ? this.#peer.#break(waiting) : this.#peer.#end()));
    done(error);
  }

  #pass(happens: () => void): void {
    setImmediate(() => {
      this.#moved();
      happens();
    });
  }

  #send(bytes: Uint8Array, done: Taken): void {
    this.#pass(() => {
      if (!this.#resets) this.#peer.#receive(bytes, done);
    });
  }

  #receive(bytes: Uint8Array, done: Taken): void {
    if (this.destroyed) {
      done(failure("EPIPE", "write"));
      return;
    }
    this.#taken = done;
    this.push(bytes);
  }

  #end(): void {
    if (this.destroyed || this.#hasEnded) return;
    this.#hasEnded = true;
    this.push(null);
  }

  /** A reader notices at once, and a writer who waits; anybody else when they read or write again. */
  #break(writing: Taken | undefined): void {
    this.#broken = failure("ECONNRESET", "read");
    if (!this.#isPaused) this.destroy(this.#broken);
    else writing?.(failure("ECONNRESET", "write"));
  }
}

const failure = (code: string, syscall: string): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
