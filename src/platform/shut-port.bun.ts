/**
 * Refuses new TCP connections, while connections on their way still arrive.
 *
 * Closing a listening socket resets every connection that the kernel has completed and the server has not accepted. Its
 * client may have sent a request already, and cannot know whether the request was carried out. Measured under load: two
 * such connections at each stop. So the socket first gets a filter that drops only packets that open a connection (SYN).
 * The client's kernel tries again after a second, and reaches the next server or gets a clean refusal.
 *
 * Works only on Linux, by four calls into libc. On other systems, and after any failure, it does nothing.
 */
import { dlopen, ptr } from 'bun:ffi'
import { readdirSync } from 'node:fs'

const SOL_SOCKET = 1
const SO_ATTACH_FILTER = 26
const SO_ACCEPTCONN = 30
const AF_INET = 2
const AF_INET6 = 10
const LIBC = { x64: 'x86_64', arm64: 'aarch64' } as const

/** Classic BPF over the TCP header: drops a packet that has SYN and not ACK. */
const DROP_SYN = [
  [0x30, 0, 0, 13], // load the byte with the flags
  [0x54, 0, 0, 0x12], // keep ACK (0x10) and SYN (0x02)
  [0x15, 0, 1, 0x02], // SYN alone?
  [0x06, 0, 0, 0], // then drop it
  [0x06, 0, 0, 0xffff], // else pass it on
] as const

/** True if the port was shut: from then on only connections already on their way arrive. */
export function shutPort(port: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    const { getsockname, getsockopt, setsockopt } = openLibc()
    const isListener = (fd: number): boolean => {
      const value = new Int32Array(1)
      const name = new DataView(new ArrayBuffer(128))
      const [valueSize, nameSize] = [new Uint32Array([value.byteLength]), new Uint32Array([name.byteLength])]
      if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, ptr(value), ptr(valueSize)) !== 0 || value[0] !== 1) return false
      if (getsockname(fd, ptr(name.buffer), ptr(nameSize)) !== 0) return false
      return [AF_INET, AF_INET6].includes(name.getUint16(0, true)) && name.getUint16(2) === port
    }
    const instructions = filterBytes()
    const filter = new BigUint64Array([BigInt(DROP_SYN.length), BigInt(ptr(instructions))]) // struct sock_fprog
    const listeners = readdirSync('/proc/self/fd').map(Number).filter(isListener)
    return listeners.some((fd) => setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, ptr(filter), filter.byteLength) === 0)
  } catch {
    return false
  }
}

/** Array of struct sock_filter: code (16 bits), jump if true, jump if false, operand (32 bits). */
function filterBytes(): ArrayBuffer {
  const bytes = new DataView(new ArrayBuffer(DROP_SYN.length * 8))
  for (const [index, [code, ifTrue, ifFalse, operand]] of DROP_SYN.entries()) {
    bytes.setUint16(index * 8, code, true)
    bytes.setUint8(index * 8 + 2, ifTrue)
    bytes.setUint8(index * 8 + 3, ifFalse)
    bytes.setUint32(index * 8 + 4, operand, true)
  }
  return bytes.buffer
}

/** glibc, or musl. */
function openLibc() {
  const architecture = process.arch === 'arm64' ? LIBC.arm64 : LIBC.x64
  const symbols = {
    getsockname: { args: ['i32', 'ptr', 'ptr'], returns: 'i32' },
    getsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
    setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' },
  } as const
  try {
    return dlopen('libc.so.6', symbols).symbols
  } catch {
    return dlopen(`libc.musl-${architecture}.so.1`, symbols).symbols
  }
}
