import { test } from "node:test";

interface Closable {
  close(): Promise<void>;
}

/** Makes the tests of one store: each gets an empty one from `open`, which is closed whatever happens. */
export function storeTests<Store extends Closable>(
  name: string,
  open: () => Promise<Store>,
): (title: string, body: (store: Store) => Promise<void>) => void {
  return (title, body) => {
    test(`${name}: ${title}`, async () => {
      const store = await open();
      try {
        await body(store);
      } finally {
        await store.close();
      }
    });
  };
}
