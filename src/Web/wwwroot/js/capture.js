// A capture file goes to the dashboard as it is: the browser streams it from the disk, and tells how far it is.

/** Sends the file that is chosen in a box, or dropped on it, and calls the listener's Sent(name, octets, size) and Answered(status, body). */
export function watchFile(zone, listener) {
  const field = zone.querySelector("input[type=file]");
  let request = null;

  function send(file) {
    if (!file) return;
    request?.abort();
    const sending = request = new XMLHttpRequest();
    let told = 0;
    const tell = octets => { told = performance.now(); listener.invokeMethodAsync("Sent", file.name, Math.min(octets, file.size), file.size); };
    const answer = () => { if (sending === request) { request = null; field.value = ""; listener.invokeMethodAsync("Answered", sending.status, sending.responseText); } };
    sending.open("POST", new URL("api/captures?name=" + encodeURIComponent(file.name.slice(0, 200)), document.baseURI));
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    sending.upload.onprogress = e => { if (e.loaded < e.total && performance.now() - told > 100) tell(e.loaded); };
    sending.upload.onload = () => tell(file.size);
    sending.onload = sending.onerror = answer;
    tell(0);
    sending.send(file);
  }

  const chosen = () => send(field.files[0]);
  // Elsewhere on the page a dropped file would take the page's place.
  const over = e => { e.preventDefault(); zone.classList.toggle("over", zone.contains(e.target)); };
  const left = e => { if (!e.relatedTarget) zone.classList.remove("over"); };
  const dropped = e => { e.preventDefault(); zone.classList.remove("over"); send(e.dataTransfer.files[0]); };
  field.addEventListener("change", chosen);
  addEventListener("dragover", over);
  addEventListener("dragleave", left);
  addEventListener("drop", dropped);
  // Chosen before anybody listened.
  chosen();
  return {
    cancel() { request?.abort(); request = null; field.value = ""; },
    dispose() {
      this.cancel();
      field.removeEventListener("change", chosen);
      removeEventListener("dragover", over);
      removeEventListener("dragleave", left);
      removeEventListener("drop", dropped);
    },
  };
}
