/** Gives the reader a file, as if it had been downloaded. */
export function saveFile(name: string, content: BlobPart, media_type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: media_type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
