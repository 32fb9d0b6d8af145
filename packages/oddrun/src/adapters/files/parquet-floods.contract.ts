/** Small Parquet files that make a reader without bounds take all memory or never end. */
import { gzipSync } from "node:zlib";
import {
  dataPage,
  dictionaryPage,
  handMade,
  type Struct,
  thrift,
  varint,
  withFooter,
} from "./parquet-files.contract.ts";

const MANY = 300_000_000;
const run = (count: number) => Buffer.concat([varint(count * 2), Buffer.from([0])]);
const element = (type: number, isOptional = false): Struct => [
  [1, "int", type],
  [2, "int", 500],
  [3, "int", isOptional ? 1 : 0],
  [4, "text", "duration"],
];
const gzipped = (count: number, body: Buffer, encoding = 0): readonly [Struct, Buffer] =>
  dataPage(count, gzipSync(body), encoding, body.length);
const pageTwo = (
  count: number,
  nullCount: number,
  body: Buffer,
  encoding: number,
  levelLength = 0,
): [Struct, Buffer] => [
  [
    [1, "int", 3],
    [2, "int", body.length],
    [3, "int", body.length],
    [
      8,
      "struct",
      [
        [1, "int", count],
        [2, "int", nullCount],
        [3, "int", count],
        [4, "int", encoding],
        [5, "int", levelLength],
        [6, "int", 0],
      ],
    ],
  ],
  body,
];
const deltas = (count: number, first: number, delta: number): Buffer =>
  Buffer.concat([
    varint(128),
    varint(4),
    varint(count),
    varint(first * 2),
    ...Array.from({ length: Math.ceil((count - 1) / 128) }, () => Buffer.concat([varint(delta * 2), Buffer.alloc(4)])),
  ]);
/** Every text begins with all of the one before it: n texts of up to n bytes. */
const frontCoded = (count: number): Buffer =>
  Buffer.concat([deltas(count, 0, 1), deltas(count, 1, 0), Buffer.alloc(count, 65)]);
const oneValue = dictionaryPage(1, Buffer.alloc(4));
const listOfLists = Buffer.concat(
  Array.from({ length: 8 }, () => Buffer.concat([Buffer.from([0xf9]), varint(32_000_000)])),
);

/** What each does, the file, and a word of its refusal. */
export function floods(): readonly (readonly [what: string, bytes: Buffer, words: RegExp])[] {
  return [
    [
      "300 million rows declared over 4 bytes",
      handMade({ rowCount: MANY, pages: [dataPage(MANY, Buffer.alloc(4))] }),
      /at most 4194304/,
    ],
    [
      "a page of 1.5 GB declared over 4 bytes",
      handMade({ codec: 1, pages: [dataPage(1, Buffer.alloc(4), 0, 1_500_000_000)] }),
      /at most 67108864/,
    ],
    [
      "a dictionary of 300 million declared",
      handMade({ pages: [dictionaryPage(MANY, Buffer.alloc(4)), dataPage(1, Buffer.from([1, 2, 0]), 8)] }),
      /at most 4194304/,
    ],
    [
      "a run of 300 million in 6 bytes, as many declared",
      handMade({ rowCount: MANY, pages: [oneValue, dataPage(MANY, Buffer.concat([Buffer.from([1]), run(MANY)]), 8)] }),
      /at most 4194304/,
    ],
    [
      "a run of a billion in a page of 10",
      handMade({ rowCount: 10, pages: [oneValue, dataPage(10, Buffer.concat([Buffer.from([1]), run(2 ** 30)]), 8)] }),
      /longer than its page/,
    ],
    [
      "a billion marked as missing in a page of 1",
      handMade({
        element: element(1, true),
        pages: [dataPage(1, Buffer.concat([Buffer.from([6, 0, 0, 0]), run(2 ** 30)]))],
      }),
      /longer than its page/,
    ],
    [
      "packed values of 0 bits, 2^31 of them",
      handMade({ pages: [oneValue, pageTwo(1, 0, Buffer.concat([Buffer.from([0]), varint(2 ** 29 + 1)]), 8)] }),
      /longer than its page/,
    ],
    [
      "2^31 values fewer missing than none",
      handMade({ pages: [oneValue, pageTwo(1, -(2 ** 31), Buffer.concat([Buffer.from([1]), run(2 ** 30)]), 8)] }),
      /missing values/,
    ],
    [
      "a number of 4 MB in a page of differences",
      handMade({
        codec: 2,
        element: element(2),
        pages: [gzipped(1, Buffer.concat([varint(128), varint(4), varint(1), Buffer.alloc(4_000_000, 0xff)]), 5)],
      }),
      /too long/,
    ],
    [
      "blocks of differences that lead backwards",
      handMade({
        rowCount: 9,
        pages: [dataPage(9, Buffer.concat([varint(128), varint(2 ** 32 - 1), Buffer.alloc(40)]), 5)],
      }),
      /impossible size/,
    ],
    [
      "60,000 texts that begin with one another",
      handMade({ rowCount: 60_000, element: element(6), pages: [dataPage(60_000, frontCoded(60_000), 7)] }),
      /more than 16777216 bytes/,
    ],
    [
      "4 million values of 500 bytes, split, over 4 MB",
      handMade({
        rowCount: 4_000_000,
        codec: 2,
        element: [...element(7), [6, "int", 5], [8, "int", 9]],
        pages: [gzipped(4_000_000, Buffer.alloc(4_000_000), 9)],
      }),
      /texts; at most|before its last value/,
    ],
    [
      "4 million empty texts",
      handMade({
        rowCount: 4_000_000,
        codec: 2,
        element: element(6),
        pages: [gzipped(4_000_000, Buffer.alloc(16_000_000))],
      }),
      /at most 1048576/,
    ],
    [
      "lists of 32 million in each other, in the footer",
      withFooter(Buffer.alloc(0), Buffer.concat([Buffer.from([0x29]), listOfLists])),
      /more than 1000000 values/,
    ],
    [
      "a number of 1 MB in the footer",
      withFooter(Buffer.alloc(0), Buffer.concat([Buffer.from([0x16]), Buffer.alloc(1_000_000, 0xff)])),
      /too long/,
    ],
    [
      "8 million empty structs in the footer",
      withFooter(
        Buffer.alloc(0),
        Buffer.concat([Buffer.from([0x29, 0xfc]), varint(8_000_000), Buffer.alloc(8_000_001)]),
      ),
      /more than 1000000 values/,
    ],
    [
      "50,000 columns in each other",
      withFooter(
        Buffer.alloc(0),
        thrift([
          [
            2,
            "structs",
            Array.from(
              { length: 50_000 },
              () =>
                [
                  [4, "text", "x"],
                  [5, "int", 1],
                ] as Struct,
            ),
          ],
          [3, "long", 0],
          [4, "structs", []],
        ]),
      ),
      /more than 4000 columns/,
    ],
  ];
}
