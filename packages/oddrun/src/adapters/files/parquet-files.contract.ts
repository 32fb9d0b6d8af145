/** Parquet files made by hand for the tests, byte by byte where they must be wrong. */

type Kind = "int" | "long" | "text" | "texts" | "struct" | "structs" | "true";
type Field = readonly [id: number, kind: Kind, value: unknown];
export type Struct = readonly Field[];

const TYPES = { int: 5, long: 6, text: 8, texts: 9, struct: 12, structs: 9, true: 1 } as const;

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}

const text = (value: string): Buffer => Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]);

/** A struct in Thrift's compact protocol. */
export function thrift(struct: Struct): Buffer {
  const parts: Buffer[] = [];
  for (const [id, kind, value] of struct) {
    parts.push(Buffer.from([TYPES[kind]]), varint(id * 2));
    if (kind === "int" || kind === "long") {
      parts.push(varint((value as number) >= 0 ? (value as number) * 2 : -(value as number) * 2 - 1));
    }
    if (kind === "text") parts.push(text(value as string));
    if (kind === "texts") {
      const texts = value as readonly string[];
      parts.push(Buffer.from([0xf8]), varint(texts.length), ...texts.map(text));
    }
    if (kind === "struct") parts.push(thrift(value as Struct));
    if (kind === "structs") {
      const structs = value as readonly Struct[];
      parts.push(Buffer.from([0xfc]), varint(structs.length), ...structs.map(thrift));
    }
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

export interface HandMade {
  readonly rowCount?: number;
  readonly groupRowCount?: number;
  readonly codec?: number;
  /** Of the one column: by default 4-byte whole numbers that are never missing. */
  readonly element?: Struct;
  /** Its pages: header and body. */
  readonly pages?: readonly (readonly [header: Struct, body: Buffer])[];
  readonly chunkFields?: Struct;
  readonly fileFields?: Struct;
  readonly chunkStart?: number;
}

export const INT32: Struct = [
  [1, "int", 1],
  [3, "int", 0],
  [4, "text", "duration"],
];

export const dataPage = (
  count: number,
  body: Buffer,
  encoding = 0,
  length = body.length,
): readonly [Struct, Buffer] => [
  [
    [1, "int", 0],
    [2, "int", length],
    [3, "int", body.length],
    [
      5,
      "struct",
      [
        [1, "int", count],
        [2, "int", encoding],
        [3, "int", 3],
        [4, "int", 3],
      ],
    ],
  ],
  body,
];

export const dictionaryPage = (count: number, body: Buffer, length = body.length): readonly [Struct, Buffer] => [
  [
    [1, "int", 2],
    [2, "int", length],
    [3, "int", body.length],
    [
      7,
      "struct",
      [
        [1, "int", count],
        [2, "int", 0],
      ],
    ],
  ],
  body,
];

const valueOf = (struct: Struct, field: number): unknown => struct.find(([id]) => id === field)?.[2] ?? 0;

/** A file with one column and one row group. */
export function handMade(made: HandMade = {}): Buffer {
  const { rowCount = 1, groupRowCount = rowCount, codec = 0, element = INT32, chunkStart = 4 } = made;
  const pages = made.pages ?? [dataPage(1, Buffer.alloc(4))];
  const data = Buffer.concat(pages.flatMap(([header, body]) => [thrift(header), body]));
  const about: Struct = [
    [1, "int", valueOf(element, 1)],
    [3, "texts", [String(valueOf(element, 4))]],
    [4, "int", codec],
    [5, "long", groupRowCount],
    [7, "long", data.length],
    [9, "long", chunkStart],
  ];
  const chunk: Struct = [[3, "struct", about], ...(made.chunkFields ?? [])];
  const footer = thrift([
    [
      2,
      "structs",
      [
        [
          [4, "text", "schema"],
          [5, "int", 1],
        ],
        element,
      ],
    ],
    [3, "long", rowCount],
    [
      4,
      "structs",
      [
        [
          [1, "structs", [chunk]],
          [3, "long", groupRowCount],
        ],
      ],
    ],
    ...(made.fileFields ?? []),
  ]);
  return withFooter(data, footer);
}

/** The frame around data and footer. */
export function withFooter(data: Buffer, footer: Buffer, length = footer.length, magic = "PAR1"): Buffer {
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(length);
  return Buffer.concat([Buffer.from("PAR1"), data, footer, tail, Buffer.from(magic)]);
}
