/**
 * Everything that can go wrong for a user, in one table: a stable code, the HTTP status, the exit code and a message that says
 * what, where and how to mend it. docs/errors.md mirrors it and a test compares the two.
 */
interface ProblemKind {
  readonly title: string;
  readonly httpStatus: number;
  /** 2 usage or settings, 3 bad data, 4 GitHub or another remote, 5 store or disk, 70 a bug. */
  readonly exitCode: 2 | 3 | 4 | 5 | 70;
  // biome-ignore lint: each entry's own parameters are checked at `problem(code, ...)`
  readonly message: (...values: never[]) => string;
}

export const PROBLEMS = {
  "bad-usage": {
    title: "The command or one of its options is not understood",
    httpStatus: 400,
    exitCode: 2,
    message: (what: string) => what,
  },
  "azure-package-missing": {
    title: "The optional package for Azure is not installed",
    httpStatus: 501,
    exitCode: 2,
    message: (wanted: string) =>
      `${wanted} needs the package @oddrun/azure, which is not installed. Install it beside oddrun: npm install @oddrun/azure`,
  },
  "azure-sign-in-missing": {
    title: "There is no way to sign in to Azure",
    httpStatus: 401,
    exitCode: 4,
    message: (tried: string, wayOut: string) => `No way to sign in to Azure worked. ${wayOut}. Tried: ${tried}.`,
  },
  "azure-sign-in-refused": {
    title: "Microsoft Entra refuses the sign-in",
    httpStatus: 401,
    exitCode: 4,
    message: (code: string, why: string) => `Microsoft Entra refuses the sign-in (${code}): ${why}.`,
  },
  "azure-sign-in-unreachable": {
    title: "Microsoft Entra cannot be reached",
    httpStatus: 502,
    exitCode: 4,
    message: (why: string) =>
      `Microsoft Entra cannot be reached to sign in (${why}). Check the network, HTTPS_PROXY and, behind a proxy that opens TLS, NODE_EXTRA_CA_CERTS.`,
  },
  "azure-federation-mismatch": {
    title: "No federated credential of the identity matches the job",
    httpStatus: 401,
    exitCode: 4,
    message: (code: string, clientId: string, said: string) =>
      `The identity ${clientId} has no federated credential for this job (${code}): ${said}, audience "api://AzureADTokenExchange". Letter case counts. "oddrun doctor --repository OWNER/NAME" shows which subjects GitHub sends and the Terraform inputs for them (github_repository, github_owner_id, github_repository_id); a credential made just now takes some minutes.`,
  },
  "github-id-token": {
    title: "GitHub gives the job no identity token",
    httpStatus: 502,
    exitCode: 4,
    message: (why: string) => `GitHub gave no identity token to sign in to Azure with: ${why}.`,
  },
  "azure-token-refused": {
    title: "Azure does not accept the token of the signed-in identity",
    httpStatus: 401,
    exitCode: 4,
    message: (host: string, why: string) =>
      `${host} does not accept this sign-in: ${why}. Check that AZURE_TENANT_ID is the tenant of the subscription, that this machine's clock is right, and sign in anew: "az login" on your machine, "permissions: id-token: write" with AZURE_CLIENT_ID and AZURE_TENANT_ID in GitHub Actions.`,
  },
  "azure-forbidden": {
    title: "The identity lacks a role in Azure",
    httpStatus: 403,
    exitCode: 4,
    message: (action: string, scope: string, role: string, why: string) =>
      `Azure does not let this identity ${action} on ${scope} (${why}). Give it the role "${role}" there. A role given just now takes up to some minutes to work: then repeat the command.`,
  },
  "azure-not-found": {
    title: "Azure has no such resource, or does not show it",
    httpStatus: 404,
    exitCode: 4,
    message: (what: string, why: string) =>
      `Azure has no ${what} (${why}). Check the names of subscription, resource group and workspace, and that you are signed in to their tenant.`,
  },
  "azure-conflict": {
    title: "Azure is busy with the same resource",
    httpStatus: 409,
    exitCode: 4,
    message: (what: string, why: string) =>
      `Azure cannot change ${what} now (${why}). When another change of it is going on, wait for its end and repeat the command.`,
  },
  "azure-refused": {
    title: "Azure does not accept a request",
    httpStatus: 502,
    exitCode: 4,
    message: (what: string, status: number, why: string) => `Azure refused ${what} with status ${status}: ${why}.`,
  },
  "azure-unreachable": {
    title: "Azure cannot be reached, or gives no answer that can be used",
    httpStatus: 502,
    exitCode: 4,
    message: (host: string, path: string, why: string, tries: number) =>
      `${host} gave no usable answer to ${path} in ${tries === 1 ? "one try" : `${tries} tries`}: ${why}. Check the network, HTTPS_PROXY (and NODE_EXTRA_CA_CERTS behind a proxy that opens TLS) and status.azure.com, and repeat the command: what is done already is kept.`,
  },
  "azure-limit-too-long": {
    title: "Azure asks for a longer wait than a command takes",
    httpStatus: 503,
    exitCode: 4,
    message: (host: string, seconds: number) =>
      `${host} asks to wait ${seconds} s before the next request. Repeat the command after that: what is done already is kept.`,
  },
  "azure-answer-unreadable": {
    title: "Azure's answer is not of the form that is documented",
    httpStatus: 502,
    exitCode: 4,
    message: (path: string, what: string) =>
      `The answer to ${path} cannot be understood: ${what}. Check proxies; when they are not the cause, report it.`,
  },
  "azure-address-refused": {
    title: "Azure's answer leads where the token must not go",
    httpStatus: 502,
    exitCode: 4,
    message: (path: string, where: string) =>
      `The answer to ${path} leads to ${where}, which is not followed: the token goes to the host it was made for only. Check proxies.`,
  },
  "azure-operation-failed": {
    title: "Azure accepted a change and could not carry it out",
    httpStatus: 502,
    exitCode: 4,
    message: (what: string, state: string, why: string) => `${what} ended as ${state}: ${why}.`,
  },
  "azure-operation-slow": {
    title: "A change in Azure takes longer than is waited for",
    httpStatus: 504,
    exitCode: 4,
    message: (what: string, minutes: number) =>
      `${what} is still going on after ${minutes} min. It goes on in Azure: look again later, and repeat the command then.`,
  },
  "azure-workspace-missing": {
    title: "There is no such Azure Machine Learning workspace",
    httpStatus: 404,
    exitCode: 4,
    message: (workspace: string, group: string) =>
      `There is no workspace ${workspace} in the resource group ${group}, or this identity may not see it. Check AZURE_ML_WORKSPACE, AZURE_RESOURCE_GROUP and AZURE_SUBSCRIPTION_ID against the outputs of Terraform. A deleted workspace is kept for 14 days and holds its name: recover it under "Recently deleted" in the portal, or delete it there for good before "terraform apply" makes it anew.`,
  },
  "vault-reference-wrong": {
    title: "A setting names a secret of Key Vault in a way that cannot be used",
    httpStatus: 500,
    exitCode: 2,
    message: (setting: string, why: string) =>
      `${setting} begins with "keyvault:", and ${why}. Write it as keyvault:https://VAULT.vault.azure.net/secrets/NAME, with /VERSION at the end for one that stays.`,
  },
  "vault-secret-unread": {
    title: "A secret of Key Vault cannot be read",
    httpStatus: 502,
    exitCode: 4,
    message: (setting: string, name: string, host: string, why: string) =>
      `${setting} is to be the secret ${name} of ${host}, which cannot be read: ${why}.`,
  },
  "azure-storage-closed": {
    title: "A storage account lets nobody in from this network",
    httpStatus: 403,
    exitCode: 4,
    message: (account: string, why: string) =>
      `The storage account ${account} does not take requests from here (${why}). Allow this network in the account's firewall, or run the command inside the workspace's network.`,
  },
  "azure-datastore": {
    title: "A datastore cannot be used",
    httpStatus: 422,
    exitCode: 4,
    message: (what: string, why: string) =>
      `${what} cannot be used: ${why}. Models are kept in a datastore of the kind AzureBlob, as every workspace has one to begin with.`,
  },
  "azure-file-foreign": {
    title: "Another file lies where a file of the model belongs",
    httpStatus: 409,
    exitCode: 4,
    message: (file: string) =>
      `${file} is there and is not the model's file, and it is not overwritten; nothing was registered. Look who wrote it, delete it, and repeat the command.`,
  },
  "cloud-model-refused": {
    title: "A registered model's files are damaged, foreign or elsewhere",
    httpStatus: 409,
    exitCode: 3,
    message: (what: string, why: string) => `${what} is not used: ${why}. Nothing was written.`,
  },
  "model-not-found": {
    title: "There is no trained model where one was looked for",
    httpStatus: 503,
    exitCode: 3,
    message: (place: string) =>
      `No trained model in ${place}. Run "oddrun train" first, or name its folder with --model-dir.`,
  },
  "model-ambiguous": {
    title: "There are several models where one was looked for",
    httpStatus: 409,
    exitCode: 3,
    message: (place: string, folders: readonly string[]) =>
      `${place} holds ${folders.length} models: ${folders.join(", ")}. Name the folder of the one to serve with --model-dir.`,
  },
  "model-refused": {
    title: "A model's files are damaged, foreign or made by a newer version",
    httpStatus: 409,
    exitCode: 3,
    message: (place: string, why: string) =>
      `The model in ${place} is not used: ${why.replace(/\.$/, "")}. Train it again with "oddrun train".`,
  },
  "model-version-unknown": {
    title: "The registry has no model version of that name",
    httpStatus: 404,
    exitCode: 3,
    message: (version: string) => `There is no model version "${version}". "oddrun models list" shows which there are.`,
  },
  "models-not-comparable": {
    title: "Two models have nothing that could be compared",
    httpStatus: 422,
    exitCode: 3,
    message: (place: string, what: string) => `The new model cannot be compared with ${place}: ${what}`,
  },
  "model-folder-unwritable": {
    title: "A model cannot be written",
    httpStatus: 500,
    exitCode: 5,
    message: (folder: string, why: string) =>
      `The model cannot be written to ${folder}: ${why}. What was there is unchanged.`,
  },
  "too-few-records": {
    title: "There are too few records to learn what is usual",
    httpStatus: 422,
    exitCode: 3,
    message: (place: string, count: number, countMin: number) =>
      `${count} records in ${place}; training needs at least ${countMin}.`,
  },
  "too-many-features-per-tree": {
    title: "A tree cannot draw from more features than there are",
    httpStatus: 422,
    exitCode: 2,
    message: (wanted: number, features: readonly string[]) =>
      `--features-per-tree is ${wanted}, and there are ${features.length} features: ${features.join(", ")}. Take 1 to ${features.length}.`,
  },
  "features-missing": {
    title: "Records lack features that the model was trained on",
    httpStatus: 422,
    exitCode: 3,
    message: (missing: readonly string[], wanted: readonly string[]) =>
      `The records lack ${missing.join(", ")}; the model was trained on ${wanted.join(", ")}. Add the columns, or train on those you have with --features.`,
  },
  "no-runs": {
    title: "There is nothing to work on",
    httpStatus: 404,
    exitCode: 3,
    message: (place: string) => `0 runs in ${place}. Run "oddrun collect OWNER/REPO" or "oddrun import FILE" first.`,
  },
  "run-not-found": {
    title: "There is no such run in the store",
    httpStatus: 404,
    exitCode: 3,
    message: (runId: string, repository: string | null, attempt: { attempt: number; there: string } | null) =>
      attempt === null
        ? `There is no run ${runId}${repository === null ? "" : ` of ${repository}`} in the store. Import or collect it first, and check --data-dir.`
        : `Run ${runId} has no attempt ${attempt.attempt} in the store; it has ${attempt.there}.`,
  },
  "run-ambiguous": {
    title: "Several repositories have a run of this id",
    httpStatus: 409,
    exitCode: 2,
    message: (runId: string, repositories: readonly string[]) =>
      `Several repositories have a run ${runId}: ${repositories.slice(0, 10).join(", ")}. Name one with --repo.`,
  },
  "store-newer": {
    title: "The store was made by a newer version",
    httpStatus: 503,
    exitCode: 5,
    message: (place: string) =>
      `The store ${place} was made by a newer version of Oddrun. Update Oddrun, or name another folder with --data-dir.`,
  },
  "store-older": {
    title: "The store is of an older version and cannot be brought up to date now",
    httpStatus: 503,
    exitCode: 5,
    message: (place: string) =>
      `The store ${place} was made by an older version of Oddrun. Open it once with the right to write, for example with "oddrun detect".`,
  },
  "store-not-a-store": {
    title: "The file where the store should be is something else",
    httpStatus: 503,
    exitCode: 5,
    message: (place: string, why: string) =>
      `${place} is not an Oddrun store: ${why}. Move it away, or name another folder with --data-dir.`,
  },
  "store-not-writable": {
    title: "The store cannot be opened or written",
    httpStatus: 503,
    exitCode: 5,
    message: (place: string, why: string) =>
      `The store ${place} cannot be used: ${why}. Check the owner and mode of the file and its folder, or name another folder with --data-dir.`,
  },
  "store-full": {
    title: "There is no space left for the store",
    httpStatus: 503,
    exitCode: 5,
    message: (place: string) =>
      `No space is left for the store ${place}; the last batch was not saved, everything before it is safe. Free some space and repeat.`,
  },
  "store-busy": {
    title: "Another process is writing to the store",
    httpStatus: 503,
    exitCode: 5,
    message: (place: string) =>
      `Another process has been writing to the store ${place} for too long. Try again when it is done.`,
  },
  "store-damaged": {
    title: "The store is damaged",
    httpStatus: 503,
    exitCode: 5,
    message: (place: string) =>
      `The store ${place} is damaged. Restore it from a backup, or move it away and import or collect again.`,
  },
  "store-failed": {
    title: "The store failed in an unforeseen way",
    httpStatus: 503,
    exitCode: 5,
    message: (place: string, detail: string) => `The store ${place} failed: ${detail}.`,
  },
  "input-not-found": {
    title: "The file to read is not there",
    httpStatus: 400,
    exitCode: 2,
    message: (path: string, hint: string) => `There is no file ${path}.${hint === "" ? "" : ` ${hint}`}`,
  },
  "input-not-a-file": {
    title: "What was named to be read is not a regular file",
    httpStatus: 400,
    exitCode: 2,
    message: (path: string, what: string) =>
      `${path} is ${what}; only regular files are read. To read from a pipe, name "-" and send the data to standard input.`,
  },
  "input-unreadable": {
    title: "A file cannot be read",
    httpStatus: 500,
    exitCode: 5,
    message: (path: string, why: string) => `${path} cannot be read: ${why}.`,
  },
  "input-empty": {
    title: "A data file holds no rows",
    httpStatus: 422,
    exitCode: 3,
    message: (path: string, what: string) =>
      `0 rows in ${path}: ${what}. A metrics file has the header build_id,duration,failure_rate and one row for each build.`,
  },
  "input-format": {
    title: "A data file is not in a form that is read",
    httpStatus: 422,
    exitCode: 3,
    message: (path: string, what: string) => `${path} cannot be understood: ${what}`,
  },
  "input-columns": {
    title: "A data file has not the columns that are needed",
    httpStatus: 422,
    exitCode: 3,
    message: (path: string, what: string) => `${path}: ${what}`,
  },
  "input-row": {
    title: "A row of a data file is wrong",
    httpStatus: 422,
    exitCode: 3,
    message: (place: string, what: string) =>
      `${place}: ${what} Mend the row, or go on without such rows by --skip-bad.`,
  },
  "replay-row": {
    title: "A row of a replay file is wrong",
    httpStatus: 422,
    exitCode: 3,
    message: (place: string, what: string) => `${place}: ${what} Mend the row; a replay passes over none.`,
  },
  "input-conflict": {
    title: "Two rows of a data file speak of one build and differ",
    httpStatus: 422,
    exitCode: 3,
    message: (path: string, id: string, first: number, second: number) =>
      `${path}: build_id "${id}" stands in row ${first} and, with other values, in row ${second}. Remove one, or say which holds with --on-conflict first or --on-conflict last.`,
  },
  "input-changed": {
    title: "A data file changed while it was read",
    httpStatus: 409,
    exitCode: 3,
    message: (path: string) =>
      `${path} changed while it was being read; nothing was kept. Try again when it is complete.`,
  },
  "output-exists": {
    title: "The file to write is already there",
    httpStatus: 409,
    exitCode: 5,
    message: (path: string, wayOut = "Name another file, or replace it with --force.") =>
      `${path} is already there and was not touched. ${wayOut}`,
  },
  "output-unwritable": {
    title: "A file cannot be written",
    httpStatus: 500,
    exitCode: 5,
    message: (path: string, why: string) => `${path} cannot be written: ${why}.`,
  },
  "body-not-json": {
    title: "The body is not the JSON that was expected",
    httpStatus: 400,
    exitCode: 3,
    message: (what: string) => what,
  },
  "body-too-large": {
    title: "The body is larger than this route takes",
    httpStatus: 413,
    exitCode: 3,
    message: (bytesMax: number) => `The body may have at most ${bytesMax} bytes. Send the rows in several requests.`,
  },
  "too-many-rows": {
    title: "There are more rows than one request may have",
    httpStatus: 413,
    exitCode: 3,
    message: (rowCount: number, rowsMax: number) =>
      `${rowCount} rows; one request may have ${rowsMax}. Send them in several requests.`,
  },
  "invalid-record": {
    title: "A row cannot be scored",
    httpStatus: 422,
    exitCode: 3,
    message: (errorCount: number, features: string) =>
      `${errorCount} ${errorCount === 1 ? "mistake" : "mistakes"} in the rows, so none was scored. The features of this model are ${features}.`,
  },
  "bad-query": {
    title: "The query of the address is not understood",
    httpStatus: 422,
    exitCode: 2,
    message: (what: string) => what,
  },
  "media-type-not-taken": {
    title: "The body is not sent as plain JSON",
    httpStatus: 415,
    exitCode: 3,
    message: () => 'Send the body as "Content-Type: application/json" in UTF-8, without Content-Encoding.',
  },
  unauthorized: {
    title: "The key is missing or wrong",
    httpStatus: 401,
    exitCode: 2,
    message: () => 'Send the key of ODDRUN_API_KEY as one header, "Authorization: Bearer KEY".',
  },
  "foreign-origin": {
    title: "The request comes from another site",
    httpStatus: 403,
    exitCode: 2,
    message: () =>
      "Without a key only this machine is answered, under a name such as localhost. Set ODDRUN_API_KEY to serve others.",
  },
  "no-such-route": {
    title: "There is nothing under this address",
    httpStatus: 404,
    exitCode: 2,
    message: () => "There is nothing here. GET /openapi.json lists what there is.",
  },
  "method-not-allowed": {
    title: "This address does not take that method",
    httpStatus: 405,
    exitCode: 2,
    message: (allowed: string) => `Here only ${allowed} will do.`,
  },
  "request-too-slow": {
    title: "The request did not arrive in time",
    httpStatus: 408,
    exitCode: 4,
    message: () => "The request did not arrive in time. Send it again.",
  },
  "headers-too-large": {
    title: "The headers are larger than the server takes",
    httpStatus: 431,
    exitCode: 2,
    message: () => "The headers may have at most 16 kB together.",
  },
  "malformed-request": {
    title: "The request is not well-formed HTTP",
    httpStatus: 400,
    exitCode: 2,
    message: () => "The request is not well-formed HTTP.",
  },
  "model-unavailable": {
    title: "No model is loaded yet",
    httpStatus: 503,
    exitCode: 3,
    message: () => 'No model is loaded yet. Run "oddrun train"; the server picks it up by itself.',
  },
  "server-busy": {
    title: "The server has as many rows in hand as it takes",
    httpStatus: 503,
    exitCode: 4,
    message: () => "Too many rows are being scored at this moment. Send the request again in a second.",
  },
  "store-unavailable": {
    title: "The store of runs cannot be read",
    httpStatus: 503,
    exitCode: 5,
    message: () => "The runs cannot be read at this moment; scoring goes on. The server's log says why.",
  },
  "port-not-free": {
    title: "The server cannot listen where it was told to",
    httpStatus: 500,
    exitCode: 2,
    message: (host: string, port: number, why: string) =>
      `Cannot listen on ${host}, port ${port}: ${why}. Name another one with --port or --host.`,
  },
  "key-needed": {
    title: "A server open to others needs a key",
    httpStatus: 500,
    exitCode: 2,
    message: (host: string) =>
      `Others can reach ${host}, so a key is needed: set ODDRUN_API_KEY, for example to the output of "openssl rand -hex 32". Without --host only this machine is answered and no key is needed.`,
  },
  "key-too-short": {
    title: "The key is too short or cannot be sent in a header",
    httpStatus: 500,
    exitCode: 2,
    message: (what: string) =>
      `ODDRUN_API_KEY ${what}. It needs 32 or more letters, digits or signs without spaces, for example the output of "openssl rand -hex 32".`,
  },
  "setting-unresolved": {
    title: "A setting holds a Key Vault reference in place of the secret",
    httpStatus: 500,
    exitCode: 2,
    message: (names: readonly string[]) =>
      `${names.join(", ")} ${names.length === 1 ? "holds a Key Vault reference that was" : "hold Key Vault references that were"} not resolved. Write the secret to the vault, let the app's identity read it (role Key Vault Secrets User) and be the one for references, and start the app again; its page "Environment variables" says why a reference fails.`,
  },
  "short-history": {
    title: "The stored past is too short to promise anything from",
    httpStatus: 409,
    exitCode: 3,
    message: (days: number, weeksMin: number, place: string) =>
      `The runs in ${place} span ${days.toFixed(1)} days; at least ${weeksMin} weeks are needed, of which the newest third checks what the older part promises. Collect further back with "oddrun collect OWNER/REPO --since 12w", or come back later.`,
  },
  "no-such-runs": {
    title: "No stored run has the repository or workflow asked for",
    httpStatus: 404,
    exitCode: 3,
    message: (names: string, place: string) =>
      `No run of ${names} is stored in ${place}. Check the spelling; names are as "oddrun report --all-verdicts" shows them.`,
  },
  "incident-not-found": {
    title: "There is no such incident",
    httpStatus: 404,
    exitCode: 3,
    message: (name: string, count: number) =>
      count === 0
        ? `There is no ${name}: there are no incidents yet. "oddrun detect" looks for changes.`
        : `There is no ${name}: there are INC-1 to INC-${count}. "oddrun incidents list --state all" lists them.`,
  },
  "incident-decision": {
    title: "An incident is in no state in which that can be said of it",
    httpStatus: 409,
    exitCode: 2,
    message: (name: string, decision: string, why: string) =>
      `${name} cannot be ${decision}: ${why}. "oddrun incidents show ${name}" shows its history.`,
  },
  "no-verdicts": {
    title: "No run has been judged yet",
    httpStatus: 404,
    exitCode: 3,
    message: (place: string) => `No run in ${place} has been judged yet. Run "oddrun detect" first.`,
  },
  "github-api-url": {
    title: "The address of GitHub's API cannot be used",
    httpStatus: 400,
    exitCode: 2,
    message: (why: string) =>
      `--api-url is not used: ${why}. Give the API of a GitHub Enterprise Server as https://HOST/api/v3; for github.com leave the option out.`,
  },
  "github-token-missing": {
    title: "There is no token to ask GitHub with",
    httpStatus: 401,
    exitCode: 2,
    message: (host: string) =>
      `There is no token for ${host}. Set GITHUB_TOKEN (or GH_TOKEN) to one that may read Actions, log in with "gh auth login", or set ODDRUN_GITHUB_APP_ID with ODDRUN_GITHUB_APP_PRIVATE_KEY for a GitHub App.`,
  },
  "github-token-malformed": {
    title: "What should be a GitHub token cannot be one",
    httpStatus: 401,
    exitCode: 2,
    message: (place: string, why: string) =>
      `The token of ${place} is not used: ${why}. Copy it again, alone on one line.`,
  },
  "github-app-settings": {
    title: "The settings of a GitHub App are incomplete or wrong",
    httpStatus: 400,
    exitCode: 2,
    message: (what: string) =>
      `${what} A GitHub App needs ODDRUN_GITHUB_APP_ID and its key in ODDRUN_GITHUB_APP_PRIVATE_KEY or, as a file's name, in ODDRUN_GITHUB_APP_PRIVATE_KEY_FILE.`,
  },
  "github-app-key": {
    title: "The private key of a GitHub App cannot be read",
    httpStatus: 401,
    exitCode: 4,
    message: (place: string, why: string) =>
      `The private key in ${place} is not used: ${why}. It is the .pem file that GitHub gave out for the App: as it is, with line ends as \\n, or in base64.`,
  },
  "github-app-refused": {
    title: "GitHub does not take the App's key, or the App is not installed there",
    httpStatus: 401,
    exitCode: 4,
    message: (what: string) =>
      `${what} Check ODDRUN_GITHUB_APP_ID, that its private key has not been deleted, and that the App is installed there and not suspended.`,
  },
  "github-token-refused": {
    title: "GitHub does not take the token",
    httpStatus: 401,
    exitCode: 4,
    message: (host: string) =>
      `${host} does not take the token (401): it is wrong, has run out or was revoked. Make a new one.`,
  },
  "github-sso-needed": {
    title: "The token is not authorised for the organisation's single sign-on",
    httpStatus: 403,
    exitCode: 4,
    message: (what: string) =>
      `${what} cannot be read: its organisation wants the token authorised for single sign-on. Do so under "Configure SSO" beside the token in GitHub's settings.`,
  },
  "github-forbidden": {
    title: "The token may not read this",
    httpStatus: 403,
    exitCode: 4,
    message: (what: string, permissions: string | null) =>
      `The token may not read ${what} (403). It needs ${permissions ?? 'read access to Actions, "repo" for a classic token'}.`,
  },
  "github-not-found": {
    title: "GitHub has no such repository or owner, or does not show it to this token",
    httpStatus: 404,
    exitCode: 4,
    message: (what: string, status: number, permissions: string | null) =>
      `GitHub does not show ${what} (${status}): ${status === 451 ? "it is withheld for legal reasons" : "it is not there, or the token may not see it"}. Check the spelling and the token's access${permissions === null ? "" : `; it needs ${permissions}`}.`,
  },
  "github-refused": {
    title: "GitHub does not answer this request",
    httpStatus: 502,
    exitCode: 4,
    message: (path: string, status: number) =>
      `GitHub refused ${path} with status ${status}. If this is a GitHub Enterprise Server, check --api-url and its version.`,
  },
  "github-issues-forbidden": {
    title: "The token may not do this with issues",
    httpStatus: 403,
    exitCode: 4,
    message: (does: string, fullName: string, wanted: string) =>
      `GitHub does not let this token ${does} in ${fullName}. Grant it: "permissions: ${wanted}" in the workflow's job, or the same permission of the App or token. In a run for a pull request from a fork the token may only read: write from a workflow_run workflow instead.`,
  },
  "github-issues-off": {
    title: "The repository has no issues",
    httpStatus: 410,
    exitCode: 4,
    message: (fullName: string) =>
      `Issues are switched off in ${fullName}. Switch them on in its settings (General, Features), or send alerts to another channel.`,
  },
  "github-write-refused": {
    title: "GitHub does not take what was written",
    httpStatus: 422,
    exitCode: 4,
    message: (does: string, fullName: string, said: string) =>
      `GitHub does not let anybody ${does} like this in ${fullName}: ${said === "" ? "it does not say why" : said}.`,
  },
  "github-write-lost": {
    title: "GitHub's answers to a write got lost",
    httpStatus: 502,
    exitCode: 4,
    message: (does: string, fullName: string, why: string, tries: number) =>
      `It could not be told whether GitHub let us ${does} in ${fullName} (${why}), and it was not there after ${tries} tries. It is tried again at the next pass.`,
  },
  "github-limit-too-long": {
    title: "GitHub asks for a longer wait than is allowed",
    httpStatus: 503,
    exitCode: 4,
    message: (reason: string, minutes: number) =>
      `GitHub's ${reason === "overload" ? "overload" : "rate limit"} asks to wait ${minutes} more minutes, which is longer than is waited for. Repeat the command later.`,
  },
  "github-limit-persists": {
    title: "GitHub kept refusing because of its rate limit",
    httpStatus: 503,
    exitCode: 4,
    message: (path: string, tries: number) =>
      `GitHub met ${path} with its rate limit ${tries} times in a row, although each wait was kept. Something else may be using the same token. Repeat the command later.`,
  },
  "github-requests-used-up": {
    title: "The requests allowed for this run are used up",
    httpStatus: 503,
    exitCode: 4,
    message: (count: number) =>
      `The ${count} requests of --max-requests are used up. What was collected is kept: repeat the command, it goes on where it stopped.`,
  },
  "github-unreachable": {
    title: "GitHub cannot be reached, or answers nothing that can be used",
    httpStatus: 502,
    exitCode: 4,
    message: (host: string, path: string, why: string, tries: number) =>
      `${host} gave no usable answer to ${path} in ${tries} tries: ${why}. Check the network, a proxy, and githubstatus.com, and repeat the command.`,
  },
  "github-redirect-refused": {
    title: "GitHub's answer leads where the token must not go",
    httpStatus: 502,
    exitCode: 4,
    message: (path: string, where: string) =>
      `A redirect of ${path} is not followed: ${where}. The token goes to the API's own host only; check --api-url and proxies.`,
  },
  "github-elsewhere": {
    title: "A repository was collected from another GitHub than the one that would be asked",
    httpStatus: 409,
    exitCode: 4,
    message: (repository: string, from: string, asked: string) =>
      `${repository} was collected from ${from}, so ${asked} is not asked about it. Name the other one with --api-url ${from}, or collect the repository again from where it is now.`,
  },
  "github-answer-unreadable": {
    title: "GitHub's answer is not of the form that is documented",
    httpStatus: 502,
    exitCode: 4,
    message: (path: string, what: string) =>
      `The answer to ${path} cannot be understood: ${what}. Check --api-url and proxies.`,
  },
  "no-repositories": {
    title: "An organisation or a person has no repository that the token sees",
    httpStatus: 404,
    exitCode: 4,
    message: (owner: string) =>
      `No repository of ${owner} is visible with this token. Check the name, and give the token (or the GitHub App's installation) access to its repositories: Metadata and Actions, read.`,
  },
  "no-repositories-match": {
    title: "--repos and --exclude-repos leave no repository",
    httpStatus: 422,
    exitCode: 2,
    message: (seenCount: number) =>
      `--repos and --exclude-repos leave out ${seenCount === 1 ? "the one repository" : `all ${seenCount} repositories`} that the targets name. A pattern is compared with the name, or with owner/name when it has a "/"; * stands for any characters.`,
  },
  "no-workflows-match": {
    title: "--workflows and --exclude-workflows leave no workflow",
    httpStatus: 422,
    exitCode: 2,
    message: (names: readonly string[]) =>
      `--workflows and --exclude-workflows leave none of the ${names.length === 1 ? "one workflow there is" : `${names.length} workflows there are`}: ${names.slice(0, 10).join(", ")}${names.length > 10 ? " and others" : ""}. A pattern is compared with the name, the path and the file's name; * stands for any characters.`,
  },
  "collection-failed": {
    title: "What was to be trained on could not be collected",
    httpStatus: 502,
    exitCode: 4,
    message: (why: string) => why,
  },
  "collector-running": {
    title: "Another process is collecting into the same folder",
    httpStatus: 409,
    exitCode: 4,
    message: (folder: string) =>
      `Another "oddrun collect" is writing to ${folder}; nothing was asked of GitHub. Wait for it to end, or name another folder with --data-dir.`,
  },
  "cloud-model-missing": {
    title: "The workspace has no such model version",
    httpStatus: 404,
    exitCode: 4,
    message: (name: string, version: string | null, there: readonly string[]) =>
      `The workspace has no ${version === null ? "" : `version ${version} of `}model "${name}"${there.length === 0 ? "" : `; it has ${there.slice(0, 10).join(", ")}`}. "oddrun train --register azureml" registers one.`,
  },
  "endpoint-not-found": {
    title: "The workspace has no such endpoint",
    httpStatus: 404,
    exitCode: 4,
    message: (name: string) =>
      `The workspace has no endpoint "${name}". "oddrun deploy azureml" makes one; check --workspace and the name.`,
  },
  "endpoint-foreign": {
    title: "An endpoint or deployment of that name was not made by Oddrun",
    httpStatus: 409,
    exitCode: 2,
    message: (name: string) =>
      `Endpoint "${name}" is there, and it or what is behind it was not made by Oddrun, so it is left alone. Choose another name with --endpoint.`,
  },
  "endpoint-auth-fixed": {
    title: "An endpoint's way to sign in cannot be changed",
    httpStatus: 409,
    exitCode: 2,
    message: (name: string, auth: string | null) =>
      `Endpoint "${name}" was made with ${auth === null ? "a way to sign in that Oddrun does not use" : `--auth ${auth}`}, and Azure does not change that. Leave --auth out, choose another name, or delete the endpoint first.`,
  },
  "endpoint-without-key": {
    title: "An endpoint that callers sign in to by Entra has no key",
    httpStatus: 409,
    exitCode: 2,
    message: (name: string) =>
      `Endpoint "${name}" was made without --auth key and has no key. Score with Entra ("oddrun score --endpoint ${name}"), or make another endpoint with --auth key.`,
  },
  "delete-interrupted": {
    title: "Deleting an endpoint was stopped half-way",
    httpStatus: 503,
    exitCode: 4,
    message: (name: string) =>
      `Stopped while deleting endpoint "${name}". It may still be there and cost: repeat the command, it ends when the endpoint is gone.`,
  },
  "endpoint-busy": {
    title: "Someone else is deploying to the endpoint",
    httpStatus: 409,
    exitCode: 4,
    message: (name: string, who: string) =>
      `Endpoint "${name}" is being worked on: ${who}. This run stopped. Repeat the command when the other has ended: it goes on from what it finds; if no other is at work any more, add --take-over.`,
  },
  "traffic-split": {
    title: "Several deployments share the endpoint's traffic",
    httpStatus: 409,
    exitCode: 2,
    message: (name: string, shares: readonly string[]) =>
      `Endpoint "${name}" shares its traffic out (${shares.join(", ")}), so it isn't clear which one is to be replaced. Settle it first, for example with --traffic blue=100.`,
  },
  "deploy-needs-consent": {
    title: "Something that costs money, or deletes, waits for consent",
    httpStatus: 409,
    exitCode: 2,
    message: (what: string) => `${what} Nothing was changed. Add --yes to go on.`,
  },
  "smoke-test-failed": {
    title: "A new deployment does not answer as its model does here",
    httpStatus: 502,
    exitCode: 4,
    message: (where: string, what: string, tries: number) =>
      `${where} failed its test (${tries} ${tries === 1 ? "try" : "tries"}): ${what}.`,
  },
  "deploy-failed": {
    title: "A deployment came to nothing",
    httpStatus: 502,
    exitCode: 4,
    message: (endpoint: string, why: string, state: string) => `Deploying to "${endpoint}" failed: ${why} ${state}`,
  },
  "deploy-interrupted": {
    title: "A deployment was stopped half-way",
    httpStatus: 503,
    exitCode: 4,
    message: (endpoint: string, state: string) =>
      `Stopped while deploying to "${endpoint}". ${state} A repeated command goes on from what it finds.`,
  },
  "old-deployment-left": {
    title: "The new deployment serves, and an old one could not be deleted",
    httpStatus: 502,
    exitCode: 4,
    message: (endpoint: string, names: readonly string[], why: string) =>
      `The new deployment of "${endpoint}" serves, but ${names.join(", ")} could not be deleted and goes on costing: ${why} Repeat the command to delete it.`,
  },
  "endpoint-refused": {
    title: "An endpoint does not take the caller",
    httpStatus: 401,
    exitCode: 4,
    message: (place: string, what: string) => `${place} does not take the request: ${what}`,
  },
  "endpoint-idle": {
    title: "No deployment answers behind an endpoint",
    httpStatus: 404,
    exitCode: 4,
    message: (place: string, deployment: string | null) =>
      deployment === null
        ? `${place} has no deployment with traffic (404). "oddrun deploy azureml --status" shows what is there.`
        : `${place} has no deployment "${deployment}" (404). "oddrun deploy azureml --status" shows which there are.`,
  },
  "endpoint-records-refused": {
    title: "The model behind an endpoint does not take a record",
    httpStatus: 422,
    exitCode: 3,
    message: (place: string, record: string, what: string) =>
      `${place} refuses ${record}: ${what}. Mend the record, or go on without such records by --skip-bad.`,
  },
  "endpoint-model-failed": {
    title: "The model behind an endpoint failed",
    httpStatus: 424,
    exitCode: 4,
    message: (place: string, status: number, what: string) =>
      `The model behind ${place} failed (${status}${what === "" ? "" : `, ${what}`}). "oddrun deploy azureml --logs" shows what it said.`,
  },
  "endpoint-answer-unusable": {
    title: "An endpoint's answer is not one of scores",
    httpStatus: 502,
    exitCode: 4,
    message: (place: string, what: string) => `The answer of ${place} cannot be used: ${what}.`,
  },
  "settings-unreadable": {
    title: "The settings file cannot be read",
    httpStatus: 500,
    exitCode: 2,
    message: (path: string, why: string) => `The settings ${path} cannot be read: ${why}.`,
  },
  "settings-refused": {
    title: "Something in the settings is not understood",
    httpStatus: 500,
    exitCode: 2,
    message: (name: string, place: string, what: string) =>
      `${name}${place === "" ? "" : `:${place}`}: ${what}${/[.?!]$/.test(what) ? "" : "."}`,
  },
  "settings-newer": {
    title: "The settings are of a newer version",
    httpStatus: 500,
    exitCode: 2,
    message: (name: string, version: number, known: number) =>
      `${name} is of version ${version}, and this Oddrun reads version ${known}. Update Oddrun.`,
  },
  "settings-secret": {
    title: "A secret stands in the settings file",
    httpStatus: 500,
    exitCode: 2,
    message: (name: string, line: number) =>
      `${name}:${line}: a secret stands here. Put it into an environment variable, name that in the file (url-from: SLACK_WEBHOOK_URL), and make a new secret: this one is known to whoever can read the file.`,
  },
  "settings-variable": {
    title: "An environment variable that the settings name is missing or cannot be used",
    httpStatus: 500,
    exitCode: 2,
    message: (variable: string, fault: string, channel: string, holds: string) =>
      `The environment variable ${variable} ${fault}; the settings name it for the ${holds} of the channel "${channel}". In a workflow, set it under env from a secret of the repository.`,
  },
  bug: {
    title: "A mistake in Oddrun itself",
    httpStatus: 500,
    exitCode: 70,
    message: (detail: string) =>
      `This is a bug in Oddrun: ${detail}. Please report it with the log of --log-level debug.`,
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A problem from the table. Its message is for people; programs read `code`. */
export class Problem extends Error {
  readonly code: ProblemCode;
  /** When there is a point in trying again, where the other side said so. */
  readonly retryAfterMs: number | null;
  constructor(
    code: ProblemCode,
    message: string,
    options?: { readonly cause?: unknown; readonly retryAfterMs?: number },
  ) {
    super(message, options);
    this.retryAfterMs = options?.retryAfterMs ?? null;
    this.name = "Problem";
    this.code = code;
  }
  get exitCode(): number {
    return PROBLEMS[this.code].exitCode;
  }
  get httpStatus(): number {
    return PROBLEMS[this.code].httpStatus;
  }
}

/** Makes the problem `code` with its message filled in: `throw problem("model-not-found", folder)`. */
export function problem<Code extends ProblemCode>(
  code: Code,
  ...values: Parameters<(typeof PROBLEMS)[Code]["message"]>
): Problem {
  const message = PROBLEMS[code].message as (...values: readonly unknown[]) => string;
  return new Problem(code, message(...values));
}
