// Many modules in this process.
import { answerAsCrowd } from "./crowd-member.js";
import { Host } from "./host.js";
import { payload } from "./messages.js";

answerAsCrowd(async (port, id) => {
  const host = new Host();
  const topic = `crowd/${id}`;
  await host.start();
  await host.tell('AT+QMTCFG="keepalive",0,120', "OK\r\n");
  await host.open(port, `member-${id}`);
  await host.tell(`AT+QMTSUB=0,1,"${topic}",1`, "+QMTSUB: 0,1,0,1\r\n");
  return {
    async publish() {
      const answered = host.tell(`AT+QMTPUB=0,1,1,0,"${topic}",${payload.length}`, "+QMTPUB: 0,1,0", "+QMTRECV: 0,");
      host.say(payload);
      await answered;
    },
  };
});
