import { generate } from "selfsigned";

export interface Certificates {
  /** PEM of the authority a client has to trust. */
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

/** An authority made now and a certificate of it for `hosts`; a "*." stands for one label, as in every TLS client. */
export async function makeCertificates(hosts: readonly string[]): Promise<Certificates> {
  const ca = await generate([{ name: "commonName", value: "Oddrun stand-in for Azure" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: "commonName", value: "stand-in.invalid" }], {
    keyType: "ec",
    algorithm: "sha256",
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: hosts.map((value) => ({ type: 2, value })) },
    ],
  });
  return { caPem: ca.cert, certPem: leaf.cert, keyPem: leaf.private };
}
