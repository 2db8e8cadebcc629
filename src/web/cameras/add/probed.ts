import type { paths } from '../../api/api-types.ts'

/** What a look at a camera brought. */
export type Probed = paths['/api/v1/probe']['post']['responses'][200]['content']['application/json']
