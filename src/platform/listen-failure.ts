import { type Config, ConfigError } from '../config.ts'
import { canonicalAddress } from '../lib/addresses.ts'

/** Why nothing can listen at HOST and PORT, naming the one to change: of an error that listening itself threw. */
export function listenFailure(error: unknown, { host, port }: Pick<Config, 'host' | 'port'>): ConfigError {
  // Deno gives a name of its own and, not always, a code.
  const { code, name } = Object(error) as { code?: unknown; name?: unknown }
  switch (code ?? name) {
    case 'EADDRINUSE':
    case 'AddrInUse':
      if (mayBeStale(host, port))
        return new ConfigError(
          'HOST',
          `${JSON.stringify(host)} cannot be found${port === 0 ? '' : `, or PORT ${port} is in use there`}: set an address of this machine, such as 127.0.0.1, ::1 or 0.0.0.0 for all`,
        )
      return new ConfigError('PORT', `${port} is in use: stop what listens there, or set another PORT`)
    case 'EACCES':
    case 'EPERM':
    case 'PermissionDenied':
      return new ConfigError(
        'PORT',
        `${port} may not be listened on by this user: set one above 1023, or give the right`,
      )
    case 'ERR_OUT_OF_RANGE':
      return new ConfigError('PORT', `${port} is no port: set one from 0 to 65535`)
    default:
      // What is left is about the address: not here, not to be found, of another family, in use by its name alone.
      return new ConfigError(
        'HOST',
        `${JSON.stringify(host)} is no address of this machine that can be listened on (${String(code ?? name)}): set one, such as 127.0.0.1, ::1 or 0.0.0.0 for all`,
      )
  }
}

/** For a name that nobody knows Bun tells the error of the system call before; and a port that is chosen is never in use. */
const mayBeStale = (host: string, port: number): boolean =>
  port === 0 || (host !== 'localhost' && canonicalAddress(host) === undefined)
