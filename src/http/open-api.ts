import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { createJsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { shownOf } from './schemas/shown-as.ts'

/** The OpenAPI document is made of the schemas that requests are checked against. */
export const openApi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Vireo',
      version: '1',
      description:
        'Cameras, alerts, clips, reviews and datasets of one running Vireo. Errors have a code of docs/errors.md.',
    },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{ token: [] }],
  },
  transform: createJsonSchemaTransform({
    zodToJsonConfig: {
      unrepresentable: 'any',
      override({ zodSchema, jsonSchema }) {
        const shown = shownOf(zodSchema)
        if (!shown) return
        const { $schema: _version, ...rest } = z.toJSONSchema(shown, { io: 'input', unrepresentable: 'any' })
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
        Object.assign(jsonSchema, rest)
      },
    },
  }),
}
