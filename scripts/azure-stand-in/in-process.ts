import { getCACertificates, setDefaultCACertificates } from "node:tls";

/** Makes this very process speak with the stand-in: proxy, trust and sign-in. Answers how to undo it. */
export function useInProcess(env: Readonly<Record<string, string>>, caPem: string): () => void {
  // A process reads NODE_EXTRA_CA_CERTS once, at its start: here the trust is set by hand.
  const { NODE_EXTRA_CA_CERTS: _, ...settings } = env;
  const before = Object.keys(settings).map((name) => [name, process.env[name]] as const);
  const trusted = getCACertificates("default");
  Object.assign(process.env, settings);
  setDefaultCACertificates([...trusted, caPem]);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    setDefaultCACertificates(trusted);
  };
}
