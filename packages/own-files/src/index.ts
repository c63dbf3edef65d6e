export { hasCode } from './errors.ts';
export { makeFolder } from './make-folder.ts';
export { checkTarget, type PlaceFileOptions, placeBytes, placeFile } from './place-file.ts';
export { checkPrivateFolder, makePrivateFolder, readPrivateFile } from './private.ts';
