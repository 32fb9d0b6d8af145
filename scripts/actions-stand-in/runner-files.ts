/** A command as the runner reads it from a line of a step's output. */
export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** What the runner takes for commands: "::name key=value,key=value::message" and the older "##[name key=value;]message", anywhere in a line. */
export function readCommands(log: string): readonly WorkflowCommand[] {
  return log.split(/\r\n|\r|\n/).flatMap((line) => {
    // actions/runner, ActionCommand.cs: one that begins, after spaces, with "::"; the older form anywhere in a line
    const plain = /^\s*::([^\s:]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/s.exec(line);
    const [, name, properties = "", message = ""] = plain ?? /##\[([^\s\]]+)(?: ([^\]]*))?\](.*)$/s.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = properties.split(plain === null ? ";" : ",").flatMap((pair) => {
      const equals = pair.indexOf("=");
      return equals < 0 ? [] : [[pair.slice(0, equals).trim(), unescaped(pair.slice(equals + 1))] as const];
    });
    return [{ name, properties: Object.fromEntries(pairs), message: unescaped(message) }];
  });
}

const unescaped = (text: string): string =>
  text
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%25", "%");

/** GITHUB_OUTPUT as the runner reads it: "name=value", or "name<<DELIMITER", lines, DELIMITER. */
export function readKeyValueFile(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2);
      const end = lines.indexOf(delimiter, at + 1);
      if (end < 0) throw new Error(`the delimiter of ${line.slice(0, heredoc)} is missing`);
      found.set(line.slice(0, heredoc), lines.slice(at + 1, end).join("\n"));
      at = end;
    } else if (equals >= 0) found.set(line.slice(0, equals), line.slice(equals + 1));
    else throw new Error(`the runner refuses the line "${line}"`);
  }
  return found;
}
