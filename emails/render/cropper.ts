import type { Pictures } from './picture.ts';
import { openRenderer, type RendererSettings } from './renderer.ts';

/** Crops pictures in a child process, one after the other. */
export interface Cropper {
  /** What cropPicture answers. Rejects with RenderError when the child took too long or ended. */
  crop(picture: Uint8Array): Promise<Pictures>;
  close(): Promise<void>;
}

/** Opens a cropper. Starts nothing until the first picture, and again whenever there is need. */
export function openCropper({ log }: Pick<RendererSettings, 'log'>): Cropper {
  const renderer = openRenderer({ entry: 'picture-process.ts', idleMs: 30_000, log });
  return { crop: (picture) => renderer.render('picture', picture), close: renderer.close };
}
