import { type Command, Option } from 'commander'
import { importModel } from '../../../../pipelines/model/import-model.ts'
import { importSkeleton } from '../../../../pipelines/model/import-skeleton.ts'
import { importSound } from '../../../../pipelines/model/import-sound.ts'
import { type SoundPresetName, soundPresets } from '../../../../pipelines/model/sound-presets.ts'
import { importLines } from '../../model/import-lines.ts'
import { importReaders } from '../../model/import-readers.ts'
import { planImport } from '../../model/plan-import.ts'
import { planSkeletonImport } from '../../model/plan-skeleton-import.ts'
import { type GivenValues, planSoundImport, requireValues } from '../../model/plan-sound-import.ts'
import { choice } from '../../options/choice.ts'
import { inputPath } from '../../options/input-path.ts'
import { jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function modelImport(command: Command): void {
  command.registeredArguments[0]!.argParser(inputPath)
  command
    .option(
      '--preset <name>',
      'a model whose preparation is known: yamnet (sounds); nothing else has to be given then',
      choice(Object.keys(soundPresets) as SoundPresetName[]),
    )
    .option('--name <slug>', 'name of the model')
    .option('--out <dir>', 'folder of the bundle')
    .option('--frames <n>', 'frames in a clip (of a clip model)', importReaders.frames)
    .option('--fps <n>', 'frames per second that the model was trained with', importReaders.fps)
    .option('--size <WxH>', 'size of a frame in pixels', importReaders.size)
    .option(
      '--layout <axes>',
      'order of the input axes: NCTHW, NTCHW, NTHWC, NCHW or NHWC',
      importReaders.layout,
    )
    .option(
      '--labels <file|coco|a,b,c>',
      'labels in the order of the scores; of a pose model its keypoints (default: those of COCO)',
    )
    .option('--stride <n>', 'frames between the starts of clips (default: half a clip)', importReaders.stride)
    .addOption(
      new Option('--mean <r,g,b>', 'mean of red, green, blue after scaling')
        .argParser(importReaders.mean)
        .default([0, 0, 0], '0,0,0'),
    )
    .addOption(
      new Option('--std <r,g,b>', 'deviation of red, green, blue after scaling')
        .argParser(importReaders.std)
        .default([1, 1, 1], '1,1,1'),
    )
    .addOption(
      new Option('--scale <factor>', 'factor for the bytes before mean and std: 1/255 or 1')
        .argParser(importReaders.scale)
        .default(1 / 255, '1/255'),
    )
    .option('--order <order>', 'channel order of the model: rgb or bgr', importReaders.order, 'rgb')
    .option(
      '--activation <kind>',
      'how scores become probabilities: softmax, sigmoid or none (default: softmax; none for a detector or pose model)',
      importReaders.activation,
    )
    .option(
      '--threshold <p>',
      'probability from which a label alerts, or a keypoint is sure (default: 0.5; 0.3 for a pose model)',
      importReaders.threshold,
    )
    .option('--background <labels>', 'labels that never alert, separated by commas', importReaders.background)
    .option(
      '--kind <kind>',
      'kind of model: clip, detector, pose, or skeleton (keypoints of a person over time) (default: as --decode and --pose say)',
      importReaders.kind,
    )
    .option(
      '--decode <head>',
      'output of a detector: yolox, yolo, boxes (suppressed in the graph), fastestdet or nanodet; of people with keypoints: movenet or yolo-pose',
      importReaders.decode,
    )
    .option('--pose <head>', 'output of a pose model: movenet, heatmaps or yolo', importReaders.pose)
    .option(
      '--margin <share>',
      "what of the box's longer side a pose model sees beside a person",
      importReaders.margin,
    )
    .option(
      '--grid <grid>',
      'where the last cell of heatmaps lies: cells or corners (default: cells)',
      importReaders.grid,
    )
    .option(
      '--fit <fit>',
      'how a picture fits the detector: letterbox, letterbox-centre or stretch',
      importReaders.fit,
    )
    .addOption(
      new Option('--strides <list>', 'strides of the grids of a yolox or nanodet detector')
        .argParser(importReaders.strides)
        .default([8, 16, 32], '8,16,32'),
    )
    .option(
      '--least-score <p>',
      'score under which candidates of a detector are dropped',
      importReaders.leastScore,
      0.1,
    )
    .option(
      '--nms-iou <p>',
      'overlap from which the weaker box is dropped, or none',
      importReaders.nmsIou,
      0.5,
    )
    .option('--objectness', 'a yolo output has a score for any object before the classes (YOLOv5)')
    .option('--corners', 'boxes of a yolo output are two corners')
    .option('--shares', 'boxes are shares of the input instead of pixels')
    .option('--license <spdx>', 'licence of the model', 'NOASSERTION')
    .option('--model-version <version>', 'version of the model', '1.0.0')
    .option('--description <text>', 'what it recognises', '')
    .option('--input <name>', 'input of the graph that takes the pixels')
    .option('--output <name>', 'output of the graph with the scores, when there are several')
    .option('--force', 'replace a bundle that is there already')
    .addOption(jsonOption())
    .action(async (file: string, options: GivenValues & { preset?: SoundPresetName; json?: boolean }) => {
      const { preset, ...values } = options
      const result =
        preset !== undefined
          ? await importSound(planSoundImport(file, preset, values))
          : values.kind === 'skeleton'
            ? await importSkeleton(planSkeletonImport(file, values))
            : await importModel(planImport(file, requireValues(values)))
      printLine(options.json ? JSON.stringify(result) : importLines(result).join('\n'))
    })
}
