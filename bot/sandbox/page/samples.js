// A picture and a voice note that are made on the spot, for people who have none at hand.

/** A drawn letter, as a photo taken of one. */
export function samplePhoto() {
  const canvas = document.createElement("canvas");
  canvas.width = 720;
  canvas.height = 900;
  const pen = canvas.getContext("2d");
  const desk = pen.createLinearGradient(0, 0, 720, 900);
  desk.addColorStop(0, "#c8b59a");
  desk.addColorStop(1, "#9d8565");
  pen.fillStyle = desk;
  pen.fillRect(0, 0, 720, 900);
  pen.translate(360, 450);
  pen.rotate(-0.035);
  pen.shadowColor = "#0006";
  pen.shadowBlur = 30;
  pen.fillStyle = "#fdfcf8";
  pen.fillRect(-270, -370, 540, 740);
  pen.shadowBlur = 0;
  pen.fillStyle = "#0d7a6f";
  pen.fillRect(-230, -330, 56, 56);
  pen.fillStyle = "#24302e";
  pen.font = "600 26px sans-serif";
  pen.fillText("Service de démonstration", -156, -306);
  pen.font = "20px sans-serif";
  pen.fillText("Lettre d’exemple", -156, -280);
  pen.fillStyle = "#9aa5a2";
  for (let line = 0; line < 13; line += 1) {
    const width = line % 5 === 4 ? 220 : 380 + ((line * 37) % 80);
    pen.fillRect(-230, -200 + line * 34, width, 9);
  }
  pen.strokeStyle = "#315a8c";
  pen.lineWidth = 4;
  pen.beginPath();
  pen.moveTo(60, 310);
  pen.bezierCurveTo(100, 240, 110, 350, 150, 290);
  pen.bezierCurveTo(170, 260, 180, 330, 220, 280);
  pen.stroke();
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(new File([blob], "lettre.jpg", { type: "image/jpeg" })), "image/jpeg", 0.85);
  });
}

/** Three soft notes in place of a voice. */
export function sampleVoice() {
  const rate = 16000;
  const seconds = 2.2;
  const count = Math.floor(rate * seconds);
  const bytes = new DataView(new ArrayBuffer(44 + count * 2));
  const write = (at, text) => [...text].forEach((letter, index) => bytes.setUint8(at + index, letter.charCodeAt(0)));
  write(0, "RIFF");
  bytes.setUint32(4, 36 + count * 2, true);
  write(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, rate * 2, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  write(36, "data");
  bytes.setUint32(40, count * 2, true);
  const notes = [392, 494, 587];
  for (let index = 0; index < count; index += 1) {
    const at = index / rate;
    const note = Math.min(2, Math.floor(at / 0.6));
    const since = at - note * 0.6;
    const value = Math.sin(2 * Math.PI * notes[note] * at) * Math.exp(-2.4 * since) * Math.min(1, since * 60) * 0.35;
    bytes.setInt16(44 + index * 2, value * 32767, true);
  }
  return new File([bytes.buffer], "message.wav", { type: "audio/wav" });
}

export const PLACES = [
  { name: "Gare des Guillemins", latitude: 50.6246, longitude: 5.5666 },
  { name: "Place Saint-Lambert", latitude: 50.6455, longitude: 5.5736 },
  { name: "Seraing", latitude: 50.6111, longitude: 5.5112 },
];
