import { alertChannelContract } from "./alert-channel.contract.ts";
import { aliveInSlack } from "./alive-text.contract.ts";
import { transportFor, webBench } from "./bench.contract.ts";
import { slackChannel } from "./slack-channel.ts";

alertChannelContract({
  name: "slack",
  bytesMax: 60_000,
  start: (signal) =>
    webBench({ status: 200, body: "ok" }, (address) => slackChannel("team-chat", address, transportFor(signal)), {
      aliveIn: aliveInSlack,
    }),
});
