import { actionsCommands } from './actions.ts'
import { apiCommand } from './api.ts'
import { apiKeysCommands } from './api-keys.ts'
import { auditCommands } from './audit.ts'
import { authzCommands } from './authz.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import { clockCommands } from './clock.ts'
import { databaseCommands } from './database.ts'
import { jobsCommands } from './jobs.ts'
import { keysCommands, signingKeysCommands } from './keys.ts'
import { oauthClientsCommands } from './oauth-clients.ts'
import { createAsk, createTogether } from './operator.ts'
import { orgsCommands } from './orgs.ts'
import { resourcesCommands } from './resources.ts'
import { routeCommands } from './routes.ts'
import { serviceAccountsCommands } from './service-accounts.ts'
import { setupTokenCommand } from './setup-token.ts'
import type { Terminal } from './terminal.ts'
import { upgradeCommands } from './upgrade.ts'
import { usersCommands } from './users.ts'

/** Every operator command, for a process with this environment and terminal. */
export function operatorCommands(env: Record<string, string | undefined>, terminal: Terminal) {
  const context = { ask: createAsk(env), terminal }
  const files = { env, terminal }
  return {
    users: usersCommands({ ...context, together: createTogether(env) }),
    orgs: orgsCommands({ ...context, together: createTogether(env) }),
    keys: keysCommands(context),
    'signing-keys': signingKeysCommands(context),
    'api-keys': apiKeysCommands(context),
    'service-accounts': serviceAccountsCommands(context),
    actions: actionsCommands(context),
    'oauth-clients': oauthClientsCommands(context),
    resources: resourcesCommands(context),
    ...routeCommands(context),
    api: apiCommand(context),
    jobs: jobsCommands(context),
    audit: auditCommands(context),
    authz: authzCommands(context),
    clock: clockCommands(context),
    database: databaseCommands({ ...context, ...files }),
    backup: backupCommand(files),
    restore: restoreCommand(files),
    upgrade: upgradeCommands(files),
    'setup-token': setupTokenCommand(context),
  }
}
