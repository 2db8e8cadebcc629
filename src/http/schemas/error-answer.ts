import { z } from 'zod'

/** What every answer that is no success looks like. */
export const errorAnswer = z
  .strictObject({
    code: z.string().describe('See docs/errors.md.'),
    message: z.string(),
    details: z
      .looseObject({})
      .exactOptional()
      .describe('Of CONFIG_ errors: file, line, column, field, problems.'),
  })
  .describe('Error')
