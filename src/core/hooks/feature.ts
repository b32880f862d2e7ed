import { defineFeature } from '../feature.ts'

/** One name, or `*.` and a name: all names below it. */
const HOST = '(\\*\\.)?[a-z0-9-]+(\\.[a-z0-9-]+)*'

export const feature = defineFeature({
  name: 'hooks',
  variables: {
    WEBHOOK_PRIVATE_TARGETS: {
      oneOf: ['refuse', 'allow'],
      default: 'refuse',
      description:
        'allow: webhooks and actions may lead to hosts of this machine and its network, and over http. Link-local addresses stay refused.',
    },
    WEBHOOK_HOSTS: {
      type: 'text',
      pattern: `^${HOST}(, *${HOST})*$`,
      description:
        'The only hosts that webhooks and actions may lead to: hooks.example.com, *.example.org. Default: every public host. Workers need it, because they cannot check addresses.',
    },
  },
})
