import type { StreamEnd } from "../link/stream-pair.js";
import type { Waits } from "./waits.js";

/** How long to wait, in ms of real time. Left out: 2000. */
export interface Within {
  readonly within?: number;
}

/** A payload; a string is sent as UTF-8. */
export type Payload = string | Uint8Array;

/** A connection of the module to a TCP server in this process. */
export interface TestConnection {
  /** What has come and `read` has not returned, in bytes. */
  readonly unread: Uint8Array;
  /**
   * Waits for so many bytes and returns them.
   * @throws Error if they do not come in time
   */
  read(size: number, options?: Within): Promise<Uint8Array>;
  /** Waits until the module has closed the connection, and tells how: by FIN or by RST. */
  closed(options?: Within): Promise<"end" | "reset">;
  write(payload: Payload): void;
  /** Closes the connection by FIN. */
  end(): void;
  /** Closes it by RST. */
  reset(): void;
}

type How = "end" | "reset";

/** The far end of a TCP socket of the module. */
export class TestStream implements TestConnection {
  readonly #stream: StreamEnd;
  readonly #waits: Waits;
  #unread = Buffer.alloc(0);
  #ended: How | undefined;
  /** Called whenever something has come, or the connection has ended. */
  readonly #watchers = new Set<() => void>();

  constructor(stream: StreamEnd, waits: Waits) {
    this.#stream = stream;
    this.#waits = waits;
    stream
      .on("data", (bytes: Uint8Array) => {
        this.#unread = Buffer.concat([this.#unread, bytes]);
        this.#changed();
      })
      .on("end", () => this.#over("end"))
      .on("error", () => this.#over("reset"));
  }

  get unread(): Uint8Array {
    return this.#unread;
  }

  read(size: number, { within }: Within = {}): Promise<Uint8Array> {
    const problem = (): string => `${size} bytes did not come, but ${this.#unread.length}`;
    const take = (): Uint8Array | undefined => {
      if (this.#unread.length < size) return undefined;
      const bytes = this.#unread.subarray(0, size);
      this.#unread = this.#unread.subarray(size);
      return bytes;
    };
    return this.#waits.asked(this.#until(take, { within, problem }), this.read);
  }

  closed({ within }: Within = {}): Promise<How> {
    const problem = (): string => "the module did not close the connection";
    return this.#waits.asked(
      this.#until(() => this.#ended, { within, problem }),
      this.closed,
    );
  }

  write(payload: Payload): void {
    this.#stream.write(payload);
  }

  end(): void {
    this.#stream.end();
  }

  reset(): void {
    this.#stream.resetAndDestroy();
  }

  #over(how: How): void {
    this.#ended ??= how;
    this.#changed();
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Waits until `find` returns something. */
  async #until<T>(find: () => T | undefined, waiting: Parameters<Waits["wait"]>[1]): Promise<T> {
    let watcher = (): void => {};
    try {
      return await this.#waits.wait<T>((resolve) => {
        watcher = () => {
          const found = find();
          if (found === undefined) return;
          this.#watchers.delete(watcher);
          resolve(found);
        };
        this.#watchers.add(watcher);
        watcher();
      }, waiting);
    } finally {
      this.#watchers.delete(watcher);
    }
  }
}
