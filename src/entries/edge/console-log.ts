import type { Config } from '../../config.ts'
import type { Log } from '../../deps.ts'
import { createLog } from '../../platform/log.ts'

/** One line a record, wherever the platform shows its console. */
export const consoleLog = (config: Config): Log => createLog(config, (line) => console.log(line.trimEnd()))
