import assert from "node:assert/strict";
import { type ContainerClient, RestError } from "@azure/storage-blob";

const statusOf = async (attempt: Promise<unknown>): Promise<readonly [number | undefined, string | undefined]> => {
  try {
    await attempt;
    return [200, undefined];
  } catch (error) {
    assert.ok(error instanceof RestError, String(error));
    return [error.statusCode, error.code];
  }
};

/** What Oddrun relies on in a blob server, asked by the client it uses. */
export const BLOB_CONTRACT: readonly (readonly [promise: string, (container: ContainerClient) => Promise<void>])[] = [
  [
    "what was put is read back, byte for byte, with its type and metadata",
    async (container) => {
      const blob = container.getBlockBlobClient("a/b c/model.bin");
      const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index));
      const options = { metadata: { sha256: "ab" }, blobHTTPHeaders: { blobContentType: "application/x-model" } };
      await blob.uploadData(bytes, options);
      assert.deepEqual(await blob.downloadToBuffer(), bytes);
      const { metadata, contentType, contentLength } = await blob.getProperties();
      assert.deepEqual([metadata, contentType, contentLength], [{ sha256: "ab" }, "application/x-model", 256]);
    },
  ],
  [
    "an empty blob is a blob",
    async (container) => {
      const blob = container.getBlockBlobClient("empty");
      await blob.uploadData(Buffer.alloc(0));
      assert.equal((await blob.getProperties()).contentLength, 0);
    },
  ],
  [
    "a blob that must not be there yet is put once only",
    async (container) => {
      const blob = container.getBlockBlobClient("once");
      const conditions = { ifNoneMatch: "*" };
      await blob.uploadData(Buffer.from("1"), { conditions });
      const again = blob.uploadData(Buffer.from("2"), { conditions });
      assert.deepEqual(await statusOf(again), [409, "BlobAlreadyExists"]);
      assert.equal(String(await blob.downloadToBuffer()), "1");
    },
  ],
  [
    "a change on the condition of an older state is refused",
    async (container) => {
      const blob = container.getBlockBlobClient("changed");
      const { etag } = await blob.uploadData(Buffer.from("1"));
      await blob.uploadData(Buffer.from("2"), { conditions: { ifMatch: etag! } });
      const late = blob.uploadData(Buffer.from("3"), { conditions: { ifMatch: etag! } });
      assert.deepEqual(await statusOf(late), [412, "ConditionNotMet"]);
    },
  ],
  [
    "blocks become the blob in the order of the list, and not before",
    async (container) => {
      const blob = container.getBlockBlobClient("blocks");
      const id = (name: string) => Buffer.from(name).toString("base64");
      await blob.stageBlock(id("b"), "two", 3);
      await blob.stageBlock(id("a"), "one", 3);
      assert.deepEqual((await statusOf(blob.getProperties()))[0], 404);
      await blob.commitBlockList([id("a"), id("b")]);
      assert.equal(String(await blob.downloadToBuffer()), "onetwo");
      const wrong = container.getBlockBlobClient("blocks-wrong");
      assert.deepEqual(await statusOf(wrong.commitBlockList([id("z")])), [400, "InvalidBlockList"]);
    },
  ],
  [
    "names under a prefix are listed in order, whatever the size of a page",
    async (container) => {
      for (const name of ["p/2", "p/1", "p/3/x", "q"])
        await container.getBlockBlobClient(name).uploadData(Buffer.from(name));
      const names: string[] = [];
      for await (const page of container.listBlobsFlat({ prefix: "p/" }).byPage({ maxPageSize: 2 })) {
        assert.ok(page.segment.blobItems.length <= 2);
        names.push(...page.segment.blobItems.map(({ name }) => name));
      }
      assert.deepEqual(names, ["p/1", "p/2", "p/3/x"]);
    },
  ],
  [
    "metadata is set anew and a blob deleted",
    async (container) => {
      const blob = container.getBlockBlobClient("metadata");
      await blob.uploadData(Buffer.from("1"));
      await blob.setMetadata({ state: "whole" });
      assert.deepEqual((await blob.getProperties()).metadata, { state: "whole" });
      await blob.delete();
      assert.deepEqual(await statusOf(blob.download()), [404, "BlobNotFound"]);
      assert.deepEqual(await statusOf(blob.delete()), [404, "BlobNotFound"]);
    },
  ],
];
