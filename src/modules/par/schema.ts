import { Type } from '@sinclair/typebox'
import { requestParameters } from '../authorize/schema.ts'
import { clientCredentials } from '../oauth-clients/credentials-schema.ts'

export const PushForm = () =>
  Type.Object({ ...clientCredentials(), ...requestParameters() }, { title: 'PushedAuthorizationRequest' })

export const PushedRequest = Type.Object(
  {
    request_uri: Type.String({
      examples: ['urn:ietf:params:oauth:request_uri:4uQGvSx8Qd0mV6bF4l1bYJ8nTq2wXhR3sK5pZ7cE9aI'],
    }),
    expires_in: Type.Integer({ description: 'In seconds.', examples: [60] }),
  },
  { title: 'PushedRequest' },
)
