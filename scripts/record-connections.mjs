/** Loaded before a program (`node --import`): writes down where each connection of it goes, to the file in ODDRUN_CONNECTIONS. */
import { appendFileSync } from "node:fs";
import { Socket as Datagrams } from "node:dgram";
import dns from "node:dns";
import { Socket } from "node:net";

const file = process.env.ODDRUN_CONNECTIONS;
const note = (what) => appendFileSync(file, `${what}\n`);

const connect = Reflect.get(Socket.prototype, "connect");
Socket.prototype.connect = function (...args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === "object") note(first.path ?? `${first.host ?? "localhost"}:${first.port}`);
  else note(typeof second === "string" ? `${second}:${first}` : `localhost:${first}`);
  return Reflect.apply(connect, this, args);
};
const send = Reflect.get(Datagrams.prototype, "send");
Datagrams.prototype.send = function (...args) {
  note("a datagram");
  return Reflect.apply(send, this, args);
};
const lookup = dns.lookup;
dns.lookup = (host, ...rest) => {
  note(`the name ${host}`);
  return lookup(host, ...rest);
};
