import { BlockList, isIP } from "node:net";

/**
 * Addresses that are no one's on the internet: IANA's special-purpose registries for IPv4 and IPv6, and the one address outside of
 * them behind which a cloud keeps what its machines are trusted with (Azure's 168.63.129.16).
 */
const PRIVATE_4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["168.63.129.16", 32],
];
/** Of the block that addresses of the internet are given from (2000::/3), what is not: Teredo, documentation, 6to4 and the like. */
const PRIVATE_6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const blocked4 = new BlockList();
for (const [net, bits] of PRIVATE_4) blocked4.addSubnet(net, bits, "ipv4");
const blocked6 = new BlockList();
for (const [net, bits] of PRIVATE_6) blocked6.addSubnet(net, bits, "ipv6");
const global6 = new BlockList();
global6.addSubnet("2000::", 3, "ipv6");
const linkLocal = new BlockList();
linkLocal.addSubnet("169.254.0.0", 16, "ipv4");
linkLocal.addSubnet("168.63.129.16", 32, "ipv4");
linkLocal.addSubnet("fe80::", 10, "ipv6");
linkLocal.addAddress("fd00:ec2::254", "ipv6");

/** Whether an address, as a resolver gives it, is none of the internet's. What is no address counts as private. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return blocked4.check(address, "ipv4");
  if (family !== 6) return true;
  const plain = withoutZone(address);
  // every form that carries an IPv4 address lies outside of 2000::/3 or in one of the blocks above
  return !global6.check(plain, "ipv6") || blocked6.check(plain, "ipv6");
}

/** Whether what machines of a cloud are trusted with may be behind it: no name may lead there, whoever allowed the name. */
export function isMetadataAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return linkLocal.check(address, "ipv4");
  return family === 6 && linkLocal.check(withoutZone(address), "ipv6");
}

const withoutZone = (address: string): string => address.split("%")[0]!;
