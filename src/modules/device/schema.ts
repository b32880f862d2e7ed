import { Type } from '@sinclair/typebox'
import { askedParameters } from '../grants/asked-schema.ts'
import { clientCredentials } from '../oauth-clients/credentials-schema.ts'

/** RFC 8628 §3.1. */
export const DeviceForm = () =>
  Type.Object({ ...clientCredentials(), ...askedParameters() }, { title: 'DeviceAuthorizationRequest' })

/** RFC 8628 §3.2. */
export const DeviceAuthorization = Type.Object(
  {
    device_code: Type.String({
      description: 'The device keeps it, and asks the token endpoint with it.',
      examples: ['GmRhmhcxhwAzkoEqiMEg-DnyEysNkuNhszIySk9eS1w'],
    }),
    user_code: Type.String({ description: 'The device shows it.', examples: ['WDJB-MJHT'] }),
    verification_uri: Type.String({ format: 'uri', examples: ['https://id.acme.example/device'] }),
    verification_uri_complete: Type.String({
      format: 'uri',
      description: 'The same with the code, for a QR code.',
      examples: ['https://id.acme.example/device?code=WDJB-MJHT'],
    }),
    expires_in: Type.Integer({ description: 'In seconds.', examples: [600] }),
    interval: Type.Integer({ description: 'Seconds between two requests to the token endpoint.', examples: [5] }),
  },
  { title: 'DeviceAuthorization' },
)
