import type { ErrorClass } from './error-class.ts'

/** The part of the error table that is about training. */
export const trainingErrors = {
  TRAIN_DATA: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary: 'The training data cannot be used; the message names the file or label.',
  },
  TRAIN_LABEL: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary:
      'A label is not one of the model, or one of the model has no footage to learn from; the message names it.',
  },
  TRAIN_PLAN: {
    retry: false,
    httpStatus: 422,
    exitCode: 64,
    summary: 'A setting of training is wrong or does not go with another one; the message names it.',
  },
  TRAIN_CHECKPOINT: {
    retry: false,
    httpStatus: 409,
    exitCode: 65,
    summary:
      'The folder of the run holds a run with other settings or other data; the message names what differs. Use another folder, or remove it.',
  },
  TRAIN_SPLIT: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary:
      'The footage cannot be split into train, validation and test without sharing a group; the message says how many groups are missing.',
  },
  TRAIN_UNSUPPORTED_OP: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary:
      'The imported graph has a node that cannot be trained through; the message has the node, its operator and its output. Train a head on the frozen graph instead.',
  },
  TRAIN_ENGINE: {
    retry: false,
    httpStatus: 500,
    exitCode: 69,
    summary: 'The training engine that was asked for is not installed; the message names the packages.',
  },
  TRAIN_DIVERGED: {
    retry: false,
    httpStatus: 500,
    exitCode: 70,
    summary: 'The loss became NaN or infinite. Lower the learning rate.',
  },
  TRAIN_EXPORT: {
    retry: false,
    httpStatus: 500,
    exitCode: 70,
    summary:
      'What would be served is not what was trained: the logits differ, or the card has other labels. Nothing was written.',
  },
  TRAIN_BUSY: {
    retry: true,
    httpStatus: 409,
    exitCode: 75,
    summary: 'Another process is learning in this data directory; the message has its process number.',
  },
  TRAIN_STOPPED: {
    retry: true,
    httpStatus: 503,
    exitCode: 75,
    summary: 'Training was stopped before its end. What it had done is kept; the message says how to go on.',
  },
} as const satisfies Record<string, ErrorClass>
