// Moments, dates and numbers as the reader's own locale writes them; what the server wrote stays as a title where it says more.
const places = (value) => value.split(".")[1]?.length ?? 0;

export function localise(root) {
  for (const time of root.querySelectorAll("time[data-moment]")) {
    time.title = time.textContent;
    time.textContent = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  }
  for (const time of root.querySelectorAll("time[data-day]")) {
    const [year, month, day] = time.dateTime.split("-").map(Number);
    time.textContent = new Date(year, month - 1, day).toLocaleDateString(undefined, { dateStyle: "medium" });
  }
  // The server greets by its own clock.
  for (const greeting of root.querySelectorAll("[data-greeting]")) {
    const hour = new Date().getHours();
    greeting.textContent = hour < 12 ? "Good morning" : hour < 18 ? "Good afternoon" : "Good evening";
  }
  for (const data of root.querySelectorAll("data[value]")) {
    const digits = places(data.value);
    const said = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    data.textContent = new Intl.NumberFormat(undefined, said).format(data.value);
  }
}
