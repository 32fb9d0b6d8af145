import { alertChannelContract } from "./alert-channel.contract.ts";
import { aliveInTeams } from "./alive-text.contract.ts";
import { transportFor, webBench } from "./bench.contract.ts";
import { TEAMS_LIMITS } from "./teams-card.ts";
import { teamsChannel } from "./teams-channel.ts";

alertChannelContract({
  name: "teams",
  bytesMax: TEAMS_LIMITS.bytes,
  start: (signal) =>
    webBench({ status: 202 }, (address) => teamsChannel("team", address, transportFor(signal)), {
      aliveIn: aliveInTeams,
    }),
});
