using Microsoft.AspNetCore.SignalR.Client;

namespace ClientChecks;

// The recipe of shared/docs/guides/recovery.md. A test compares the two.
public sealed class Recovery(HubConnection connection)
{
    readonly HashSet<string> seen = [];
    string? session, position, next;
    bool isRecovering = true;

    // Reports after each reconnect, and after the server has lost Redis, whether all messages of the history have arrived.
    public event Action<bool>? Recovered;

    // Registers a handler. Call it instead of the method of the connection.
    public void On<T>(string method, Action<T> handler) => connection.On<T>(method, message =>
    {
        lock (seen)
        {
            var id = next;
            next = null;
            if (id != null && !seen.Add(id)) return;
            if (id != null && !isRecovering) Advance(id);
        }
        handler(message);
    });

    public async Task StartAsync()
    {
        connection.On<string, bool>("__position", (id, _) => { lock (seen) next = id; });
        connection.On<string>("__reached", id => { lock (seen) { if (!isRecovering) Advance(id); } });
        // The handler must not wait, because the replayed messages arrive after it.
        connection.On("__resync", () => { Hold(); _ = ReportAsync(); });
        connection.Reconnecting += _ => { Hold(); return Task.CompletedTask; };
        connection.Reconnected += _ => ReportAsync();
        await connection.StartAsync();
        await RecoverAsync();
    }

    // Until the recovery is complete, a new message does not mean that the older ones have arrived.
    void Hold()
    {
        lock (seen)
        {
            if (!isRecovering) seen.Clear();
            isRecovering = true;
            next = null;
        }
    }

    async Task ReportAsync() => Recovered?.Invoke(await RecoverAsync());

    async Task<bool> RecoverAsync()
    {
        var reply = await connection.InvokeAsync<Reply>("__recover", session, position);
        lock (seen)
        {
            session = reply.Session ?? session;
            if (reply.Reason is "gap" or "session") position = null;
            if (reply.Position != null) Advance(reply.Position);
            isRecovering = false;
        }
        return reply.Recovered;
    }

    // Positions have the form TIME-NUMBER, and do not only increase while messages are replayed.
    void Advance(string id)
    {
        if (position == null || Parse(id).CompareTo(Parse(position)) > 0) position = id;
        if (seen.Count > 10_000) seen.RemoveWhere(other => Parse(other).CompareTo(Parse(id)) < 0);
    }

    static (long, long) Parse(string id) => (long.Parse(id.Split('-')[0]), long.Parse(id.Split('-')[1]));

    sealed record Reply(bool Recovered, string? Reason, string? Session, string? Position);
}
