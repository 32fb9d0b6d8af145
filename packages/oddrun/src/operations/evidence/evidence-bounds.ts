import type { EvidenceSource } from "./evidence-source.ts";

export interface EvidenceBounds {
  readonly requestsMax: number;
  readonly logsMax: number;
}

/** What was asked of GitHub, by what it was asked for; each is one request that counts. */
export interface EvidenceRequests {
  readonly comparisons: number;
  readonly files: number;
  readonly logs: number;
  readonly approvals: number;
}

export interface BoundedSource extends EvidenceSource {
  /** Whether so much may still be asked; nothing more may be asked without having looked. */
  canAsk(count: number, logs?: number): boolean;
  asked(): EvidenceRequests;
}

/** Counts what is asked of `source`. */
export function boundedSource(source: EvidenceSource, { requestsMax, logsMax }: EvidenceBounds): BoundedSource {
  const asked = { comparisons: 0, files: 0, logs: 0, approvals: 0 };
  return {
    apiUrl: source.apiUrl,
    compare: (...question) => {
      asked.comparisons++;
      return source.compare(...question);
    },
    fileAt: (...question) => {
      asked.files++;
      return source.fileAt(...question);
    },
    jobLog: (...question) => {
      asked.logs++;
      return source.jobLog(...question);
    },
    approvals: (...question) => {
      asked.approvals++;
      return source.approvals(...question);
    },
    canAsk: (count, logs = 0) => requestsOf(asked) + count <= requestsMax && asked.logs + logs <= logsMax,
    asked: () => ({ ...asked }),
  };
}

export const requestsOf = (asked: EvidenceRequests): number =>
  asked.comparisons + asked.files + asked.logs + asked.approvals;
