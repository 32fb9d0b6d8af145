import { type Document, isAlias, isMap, isScalar, isSeq, type Node } from "yaml";

export interface PlainLimits {
  /** What lies deeper is left out. */
  readonly depthMax: number;
  readonly nodesMax: number;
  /** Aliases followed: each may stand for a whole file again. */
  readonly aliasesMax: number;
}

/**
 * The document as plain objects, lists and scalars; null when it is beyond the limits. The library's own conversion turns lists and
 * mappings that are used as keys into text, which takes forever for a few hundred well-chosen letters: here such keys are left out.
 */
export function plainDocument(document: Document, limits: PlainLimits): unknown {
  let nodesLeft = limits.nodesMax;
  let aliasesLeft = limits.aliasesMax;
  const plain = (node: unknown, depth: number): unknown => {
    if (--nodesLeft < 0) throw new RangeError("too many nodes");
    if (isAlias(node)) {
      if (--aliasesLeft < 0) throw new RangeError("too many aliases");
      return plain(node.resolve(document), depth);
    }
    if (isScalar(node)) return node.value;
    if (depth >= limits.depthMax) return null;
    if (isSeq(node)) return node.items.map((item) => plain(item, depth + 1));
    if (!isMap(node)) return null;
    // without a prototype: "__proto__" is a name like any other
    const object = Object.create(null) as Record<string, unknown>;
    for (const { key, value } of node.items) {
      if (isScalar(key as Node)) object[String((key as { value: unknown }).value)] = plain(value, depth + 1);
    }
    return object;
  };
  try {
    return plain(document.contents, 0);
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError) return null;
    throw error;
  }
}
