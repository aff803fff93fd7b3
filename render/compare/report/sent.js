// What only a page that is sent has: videos in the page itself, and words on how good they are.

for (const file of Object.values(data.files)) {
  if (!file.held) continue;
  // Made when it is first asked for; whoever reads a file's address need not know.
  Object.defineProperty(file, "url", { get() { return this.address ??= addressOf(this.held); } });
}

function addressOf(id) {
  const text = atob($(id).textContent);
  const bytes = new Uint8Array(text.length);
  for (let n = 0; n < text.length; n++) bytes[n] = text.charCodeAt(n);
  $(id).remove();
  return URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
}

if (data.copy) {
  $("copy").textContent = data.copy.words;
  $("copy").hidden = false;
}
