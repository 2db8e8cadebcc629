import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { type DatasetFolder, openDatasetFolder } from '../../../review/dataset-folder.ts'

/** The datasets of a configuration. */
export function openFolder(configFile: string): DatasetFolder {
  return openDatasetFolder(loadConfigToRead(configFile).dataDir)
}
