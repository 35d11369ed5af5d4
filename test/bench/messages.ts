/** What is sent to and fro. */
export const topic = "bench/topic";
export const payload = Buffer.alloc(64, "x");
/** `<inflight>` of the module, and so of all who stand beside it. */
export const window = 5;
/** As the module tells of it. */
export const received = Buffer.from(`\r\n+QMTRECV: 0,12345,"${topic}",${payload}\r\n`);
