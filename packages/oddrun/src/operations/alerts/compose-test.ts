import type { AlertMessage } from "./alert-message.ts";

/** A message that says nothing but that it arrived. */
export function composeTest({
  id,
  atMs,
  channel,
}: {
  readonly id: string;
  readonly atMs: number;
  readonly channel: string;
}): AlertMessage {
  return {
    id,
    word: "test",
    atMs,
    incident: null,
    repository: null,
    workflow: null,
    title: "Oddrun can reach this channel",
    facts: [
      { label: "What", text: `This is a test of the channel "${channel}". Nothing is wrong.` },
      {
        label: "What comes here",
        text: "Lasting changes of your workflows, as many a week as the budget in oddrun.yaml allows, and the digest.",
      },
    ],
    lines: [],
    links: [],
    howToMute: "Nothing to mute: a test is sent only when somebody asks for it.",
  };
}
