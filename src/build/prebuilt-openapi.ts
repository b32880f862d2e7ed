/** The OpenAPI document of production, for any APP_URL: PREBUILT_APP_URL stands in its place. */
import { createApp } from '../app.ts'
import { createOpenApiDocument } from '../http/openapi/document.ts'
import { PREBUILT_APP_URL } from '../http/openapi/prebuilt.ts'
import { ENVIRONMENT, unaskedDeps } from './unasked-deps.ts'

export async function prebuiltOpenApi() {
  const deps = unaskedDeps({ ...ENVIRONMENT, APP_URL: PREBUILT_APP_URL })
  return createOpenApiDocument(await createApp(deps).allRoutes(), deps.config)
}
