import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { apiDocument } from '../../support/api-document.ts'

it('has types of the page that come from the OpenAPI document as it is', async () => {
  const file = join(import.meta.dirname, '../../../src/web/api/api-types.ts')
  const hash = createHash('sha256')
    .update(await apiDocument())
    .digest('hex')
  expect(readFileSync(file, 'utf8').split('\n')[0], 'run npm run generate').toContain(hash)
})
