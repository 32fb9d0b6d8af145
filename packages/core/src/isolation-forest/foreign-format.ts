const NAMES: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ["zip (as PyTorch, .mar, .npz and Spark models are)", [0x50, 0x4b, 0x03, 0x04]],
  ["zip", [0x50, 0x4b, 0x05, 0x06]],
  ["gzip (as compressed joblib files are)", [0x1f, 0x8b]],
  ["zlib (as compressed joblib files are)", [0x78, 0x9c]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["HDF5 (as Keras models are)", [0x89, 0x48, 0x44, 0x46]],
  ["NumPy array", [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
  ["Parquet", [0x50, 0x41, 0x52, 0x31]],
  ["SQLite", [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65]],
  ["TensorFlow Lite", [0x1c, 0x00, 0x00, 0x00, 0x54, 0x46, 0x4c, 0x33]],
];
const PICKLE = 0x80;
const PICKLE_PROTOCOLS = { min: 2, max: 5 };
/** `ir_version`, field 1 of an ONNX ModelProto, as a varint; its values so far are small. */
const ONNX_IR_VERSION = 0x08;
const ONNX_IR_VERSION_MAX = 32;
const PRODUCER_NAME = 0x12;
const OPSET_IMPORT = 0x42;
const GRAPH = 0x3a;

/**
 * Which other program's model or archive these bytes begin like; null when none is recognised. Nothing is ever loaded
 * from them.
 */
export function foreignFormat(bytes: Uint8Array): string | null {
  const first = bytes[0];
  const second = bytes[1];
  if (first === undefined || second === undefined) return null;
  if (first === PICKLE && second >= PICKLE_PROTOCOLS.min && second <= PICKLE_PROTOCOLS.max)
    return "Python pickle or joblib";
  const known = NAMES.find(([, magic]) => magic.every((byte, place) => bytes[place] === byte));
  if (known !== undefined) return known[0];
  const third = bytes[2];
  const isOnnx =
    first === ONNX_IR_VERSION &&
    second >= 1 &&
    second <= ONNX_IR_VERSION_MAX &&
    (third === PRODUCER_NAME || third === GRAPH || third === OPSET_IMPORT);
  return isOnnx ? "ONNX" : null;
}
