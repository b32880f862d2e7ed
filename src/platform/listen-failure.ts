import { type Config, ConfigError } from '../config.ts'
import { canonicalAddress } from '../lib/addresses.ts'

/** Turns an error of listening into a reason that names the variable to change: HOST or PORT. */
export function listenFailure(error: unknown, { host, port }: Pick<Config, 'host' | 'port'>): ConfigError {
  // Deno uses its own error name and sets a code only sometimes.
  const { code, name } = Object(error) as { code?: unknown; name?: unknown }
  switch (code ?? name) {
    case 'EADDRINUSE':
    case 'AddrInUse':
      if (mayBeStale(host, port))
        return new ConfigError(
          'HOST',
          `${JSON.stringify(host)} cannot be found${port === 0 ? '' : `, or PORT ${port} is in use there`}: set an address of this machine, such as 127.0.0.1, ::1 or 0.0.0.0 for all`,
        )
      return new ConfigError('PORT', `${port} is in use: stop the program that uses it, or set another PORT`)
    case 'EACCES':
    case 'EPERM':
    case 'PermissionDenied':
      return new ConfigError(
        'PORT',
        `${port} may not be listened on by this user: set one above 1023, or give the right`,
      )
    case 'ERR_OUT_OF_RANGE':
      return new ConfigError('PORT', `${port} is not a port: set a number from 0 to 65535`)
    default:
      // All other codes concern the address: not on this machine, unknown, of another family, or in use under a host name.
      return new ConfigError(
        'HOST',
        `${JSON.stringify(host)} is no address of this machine that can be listened on (${String(code ?? name)}): set one, such as 127.0.0.1, ::1 or 0.0.0.0 for all`,
      )
  }
}

/** For an unknown host name Bun reports the error of an earlier system call. With PORT=0, EADDRINUSE is never about the port. */
const mayBeStale = (host: string, port: number): boolean =>
  port === 0 || (host !== 'localhost' && canonicalAddress(host) === undefined)
