import { alertChannelContract } from "../../packages/oddrun/src/adapters/notifications/alert-channel.contract.ts";
import { issueBench } from "./issue-bench.ts";

// GitHub counts 65,536 characters, which the stand-in holds every issue to; a character is up to four bytes.
alertChannelContract({ name: "github-issue", bytesMax: 4 * 65_536, start: issueBench });
