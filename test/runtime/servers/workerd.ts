import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../../src/build/edge.ts'
import { copyBundle } from '../../support/edge-build.ts'
import { freePort } from '../../support/ports.ts'
import { workerModules } from '../../support/worker-modules.ts'
import {
  environment,
  newFolder,
  PARTS,
  type RuntimeServer,
  type RuntimeServerOptions,
  runs,
  startProcess,
} from './runtime-server.ts'

/** The program itself; the launcher in front of it wants Node. */
const WORKERD = join(
  PARTS,
  `@cloudflare/workerd-${process.platform}-${process.arch === 'x64' ? '64' : 'arm64'}/bin/workerd`,
)

export const hasWorkerd = (): Promise<boolean> => runs([WORKERD, '--version'])

export interface WorkerdServer extends RuntimeServer {
  /** Sets the cron trigger off. The outcome is `ok` or `exception`. */
  runCron(): Promise<string>
}

/** Cron triggers come from Cloudflare's network; here a worker beside ours sets them off. */
const TRIGGER = `export default {
  async fetch(_request, env) {
    const { outcome } = await env.APP.scheduled({ cron: '* * * * *' })
    return new Response(outcome)
  },
}`

/** The bundle of `src/entries/cloudflare.ts` in the runtime of Cloudflare Workers, with the bindings of wrangler.jsonc. */
export async function startWorkerd(options: RuntimeServerOptions): Promise<WorkerdServer> {
  const folder = newFolder()
  await copyBundle('cloudflare', folder)
  const [port, cronPort] = [freePort(), freePort()]
  const bindings = Object.entries(environment(options)).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  )
  const config = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .app),
    (name = "trigger", worker = .trigger),
    (name = "assets", disk = (path = ${JSON.stringify(join(folder, 'assets'))})),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:${port}", http = (), service = "main"),
    (name = "cron", address = "127.0.0.1:${cronPort}", http = (), service = "trigger"),
  ],
);

const app :Workerd.Worker = (
  modules = ${workerModules(folder)},
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = ${JSON.stringify(COMPATIBILITY_FLAGS)},
  bindings = [
    (name = "ASSETS", service = "assets"),
    (name = "REALTIME", durableObjectNamespace = "RealtimeSockets"),
    ${bindings.join(', ')}
  ],
  durableObjectNamespaces = [(className = "RealtimeSockets", uniqueKey = "realtime", enableSql = true)],
  durableObjectStorage = (inMemory = void),
);

const trigger :Workerd.Worker = (
  modules = [(name = "trigger.js", esModule = ${JSON.stringify(TRIGGER)})],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = ["service_binding_extra_handlers"],
  bindings = [(name = "APP", service = "main")],
);
`
  writeFileSync(join(folder, 'config.capnp'), config)
  const server = await startProcess({
    name: 'workerd',
    // Experimental is the flag of the trigger; our Worker has none such.
    command: [WORKERD, 'serve', '--experimental', join(folder, 'config.capnp')],
    port,
    folder,
  })
  return { ...server, runCron: async () => (await fetch(`http://127.0.0.1:${cronPort}/`)).text() }
}
