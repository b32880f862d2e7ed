import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'policies',
  position: 223,
  paths: {
    'GET /v1/policies': 'principal',
    'POST /v1/policies': 'principal',
    'GET /v1/policies/:id': 'principal',
    'PATCH /v1/policies/:id': 'principal',
    'DELETE /v1/policies/:id': 'principal',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Policies: 'Rules: conditions under which a permission is allowed or denied.' },
  permissions: ['policies:read', 'policies:write'],
  orgPermissions: { 'policies:read': 'member', 'policies:write': 'admin' },
  idPrefixes: ['pol'],
  events: ['policy.created', 'policy.updated', 'policy.deleted'],
  errors: {
    'policy.not_found': {
      status: 404,
      title: 'The rule does not exist.',
      remedy: 'Use a rule that GET /v1/policies lists.',
    },
    'policy.name_taken': {
      status: 409,
      title: 'A rule with this name exists.',
      remedy: 'Change the existing rule, or choose another name.',
    },
    'policy.limit_reached': {
      status: 409,
      title: 'There are 100 rules already.',
      remedy: 'Delete a rule, or combine conditions with `||`.',
    },
    'policy.condition_refused': {
      status: 422,
      title: 'The condition is refused.',
      remedy: 'Correct what `errors` says. docs/authorization.md lists what a condition can use.',
    },
    'policy.changed': {
      status: 412,
      title: 'The rule was changed after you read it.',
      remedy: 'Read the rule again, apply your change to the new state, and send the new ETag as If-Match.',
    },
  },
})
