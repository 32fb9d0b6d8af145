import type { GitHubStandIn } from "./server.ts";

/** One request to a stand-in as tests send them; redirects are not followed. */
export async function ask(
  standIn: GitHubStandIn,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; headers: Headers; text: string; json: never }> {
  const response = await fetch(path.startsWith("http") ? path : standIn.url + path, {
    headers: { authorization: `Bearer ${standIn.token}`, "user-agent": "test", ...headers },
    redirect: "manual",
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    get json(): never {
      return JSON.parse(text) as never;
    },
  };
}
