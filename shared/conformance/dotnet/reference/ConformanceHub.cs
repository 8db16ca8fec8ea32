using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Reference;

public class ConformanceHub : Hub
{
    // Connection hooks
    public override async Task OnConnectedAsync()
    {
        var query = Context.GetHttpContext()!.Request.Query;
        if (query.ContainsKey("failConnect"))
        {
            throw new InvalidOperationException("connect refused by hub");
        }
        if (query.ContainsKey("failConnectHub"))
        {
            throw new HubException("connect refused by hub");
        }
        if (query.ContainsKey("abortConnect"))
        {
            Context.Abort();
        }
        if (query.TryGetValue("notify", out var tag))
        {
            Context.Items["notify"] = tag.ToString();
        }
        if (query.TryGetValue("greet", out var greet))
        {
            await Clients.Caller.SendAsync("Connected", greet.ToString(), Context.UserIdentifier);
        }
        await base.OnConnectedAsync();
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items.TryGetValue("notify", out var tag))
        {
            await Clients.Group("watch:" + tag).SendAsync("Disconnected", tag, exception is not null);
        }
        await base.OnDisconnectedAsync(exception);
    }

    public Task Watch(string tag) => Groups.AddToGroupAsync(Context.ConnectionId, "watch:" + tag);

    // Results
    public void Void() { }
    public Task VoidTask() => Task.CompletedTask;
    public async Task VoidTaskAwaited() => await Task.Yield();
    public ValueTask VoidValueTask() => ValueTask.CompletedTask;
    public int Add(int a, int b) => a + b;
    public Task<int> AddTask(int a, int b) => Task.FromResult(a + b);
    public ValueTask<int> AddValueTask(int a, int b) => ValueTask.FromResult(a + b);
    public string? NullString() => null;
    public int[] Batch(int count) => Enumerable.Range(0, count).ToArray();
    public int OptionalArgument(int a, int b = 5) => a + b;
    public int ParamsArray(params int[] values) => values.Sum();

    [HubMethodName("renamed-method")]
    public string Renamed() => "renamed";

    private string PrivateMethod() => "private";
    protected string ProtectedMethod() => PrivateMethod();
    internal string InternalMethod() => "internal";
    public static string StaticMethod() => "static";

    // Echoes
    public string? EchoString(string? value) => value;
    public int EchoInt(int value) => value;
    public int? EchoNullableInt(int? value) => value;
    public long EchoLong(long value) => value;
    public ulong EchoULong(ulong value) => value;
    public float EchoFloat(float value) => value;
    public double EchoDouble(double value) => value;
    public decimal EchoDecimal(decimal value) => value;
    public bool EchoBool(bool value) => value;
    public DateTime EchoDateTime(DateTime value) => value;
    public DateTimeOffset EchoDateTimeOffset(DateTimeOffset value) => value;
    public TimeSpan EchoTimeSpan(TimeSpan value) => value;
    public Guid EchoGuid(Guid value) => value;
    public byte[]? EchoBytes(byte[]? value) => value;
    public int[]? EchoInts(int[]? value) => value;
    public List<string?>? EchoStrings(List<string?>? value) => value;
    public Dictionary<string, int>? EchoMap(Dictionary<string, int>? value) => value;
    public Color EchoColor(Color value) => value;
    public Person? EchoPerson(Person? value) => value;
    public List<Person>? EchoPeople(List<Person>? value) => value;
    public Mixed? EchoMixed(Mixed? value) => value;
    public object? EchoObject(object? value) => value;
    public string Concat(string? a, string? b, string? c) => $"{a ?? "<null>"}|{b ?? "<null>"}|{c ?? "<null>"}";

    // Errors
    public void ThrowException(string message) => throw new InvalidOperationException(message);
    public async Task ThrowAfterAwait(string message) { await Task.Yield(); throw new InvalidOperationException(message); }
    public void ThrowHubException(string message) => throw new HubException(message);
    public async Task ThrowHubAfterAwait(string message) { await Task.Yield(); throw new HubException(message); }
    public Task ThrowHubWithInner(string message) => throw new HubException(message, new InvalidOperationException("inner"));

    // Timing and cancellation
    public async Task<string> Slow(int ms, string tag) { await Task.Delay(ms); return tag; }

    public async Task<string> SlowCancellable(int ms, string tag, CancellationToken cancellationToken)
    {
        try { await Task.Delay(ms, cancellationToken); return tag; }
        catch (OperationCanceledException) { return tag + " cancelled"; }
    }

    // Server-to-client streams
    public async IAsyncEnumerable<int> Counter(int count)
    {
        for (var i = 0; i < count; i++) { await Task.Yield(); yield return i; }
    }

    public ChannelReader<int> CounterChannel(int count)
    {
        var channel = Channel.CreateUnbounded<int>();
        for (var i = 0; i < count; i++) { channel.Writer.TryWrite(i); }
        channel.Writer.Complete();
        return channel.Reader;
    }

    public async Task<ChannelReader<int>> CounterChannelTask(int count) { await Task.Yield(); return CounterChannel(count); }
    public async Task<IAsyncEnumerable<int>> CounterTask(int count) { await Task.Yield(); return Counter(count); }

    public async IAsyncEnumerable<string?> Words()
    {
        await Task.Yield();
        yield return "one";
        yield return null;
        yield return "drei ß";
    }

    public async IAsyncEnumerable<Person> People(int count)
    {
        for (var i = 0; i < count; i++) { await Task.Yield(); yield return new Person { Name = "p" + i, Age = i }; }
    }

    public async IAsyncEnumerable<int> FailAfter(int count, string message)
    {
        for (var i = 0; i < count; i++) { await Task.Yield(); yield return i; }
        throw new InvalidOperationException(message);
    }

    public async IAsyncEnumerable<int> HubFailAfter(int count, string message)
    {
        for (var i = 0; i < count; i++) { await Task.Yield(); yield return i; }
        throw new HubException(message);
    }

    public ChannelReader<int> FailChannel(string message)
    {
        var channel = Channel.CreateUnbounded<int>();
        channel.Writer.TryWrite(7);
        channel.Writer.Complete(new HubException(message));
        return channel.Reader;
    }

    public IAsyncEnumerable<int> FailBeforeStream(string message) => throw new HubException(message);
    public IAsyncEnumerable<int>? NullStream() => null;

    public async IAsyncEnumerable<int> Forever([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return 0;
        try { await Task.Delay(Timeout.Infinite, cancellationToken); }
        finally { await Clients.Caller.SendAsync("StreamEnded", "cancelled"); }
    }

    public ChannelReader<int> ForeverChannel(CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<int>();
        channel.Writer.TryWrite(0);
        var caller = Clients.Caller;
        cancellationToken.Register(() => channel.Writer.TryComplete());
        return channel.Reader;
    }

    // Two items with a pause between them. Cancellation has no effect.
    public async IAsyncEnumerable<int> Stubborn()
    {
        yield return 1;
        await Task.Delay(400);
        yield return 2;
    }

    // Client-to-server streams
    public async Task<int> UploadSum(IAsyncEnumerable<int> stream)
    {
        var sum = 0;
        await foreach (var i in stream) { sum += i; }
        return sum;
    }

    public async Task<string> UploadJoin(ChannelReader<string?> stream)
    {
        var all = new List<string>();
        await foreach (var s in stream.ReadAllAsync()) { all.Add(s ?? "<null>"); }
        return string.Join(",", all);
    }

    public async Task<string> UploadTwo(IAsyncEnumerable<string> left, ChannelReader<string> right)
    {
        var a = new List<string>();
        var b = new List<string>();
        await foreach (var s in left) { a.Add(s); }
        await foreach (var s in right.ReadAllAsync()) { b.Add(s); }
        return string.Join(",", a) + "|" + string.Join(",", b);
    }

    public async Task<string> UploadWithArguments(string prefix, IAsyncEnumerable<string> stream, int times)
    {
        var all = new List<string>();
        await foreach (var s in stream) { all.Add(s); }
        return prefix + string.Concat(Enumerable.Repeat(string.Join(",", all), times));
    }

    public async Task<string> UploadFirst(IAsyncEnumerable<string> stream)
    {
        await foreach (var s in stream) { return s; }
        return "<empty>";
    }

    public async Task<string> UploadCatch(ChannelReader<int> stream)
    {
        var n = 0;
        try
        {
            await foreach (var _ in stream.ReadAllAsync()) { n++; }
            return n + " items";
        }
        catch (Exception e)
        {
            return $"{n} items, then {(e is HubException ? "HubException" : "another error")}: {e.Message}";
        }
    }

    public async Task UploadVoid(IAsyncEnumerable<string> stream)
    {
        await foreach (var s in stream) { await Clients.Caller.SendAsync("Uploaded", s); }
    }

    public async IAsyncEnumerable<string> UploadEcho(IAsyncEnumerable<string> stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var s in stream.WithCancellation(cancellationToken)) { yield return s.ToUpperInvariant(); }
    }

    // Client results
    public async Task<string> AskCaller(string question)
        => "answer: " + await Clients.Caller.InvokeAsync<string?>("Ask", question, CancellationToken.None);

    public async Task<string> AskClient(string connectionId, string question)
        => "answer: " + await Clients.Client(connectionId).InvokeAsync<string?>("Ask", question, CancellationToken.None);

    public async Task<int> AskCallerInt(int value)
        => await Clients.Caller.InvokeAsync<int>("AskInt", value, CancellationToken.None);

    public async Task<string> AskCallerCatch(string question)
    {
        try { return "answer: " + await Clients.Caller.InvokeAsync<string?>("Ask", question, CancellationToken.None); }
        catch (Exception e) { return "failed: " + e.Message; }
    }

    // Does not return the message of the failure.
    public async Task<string> AskCallerIntOrFail(int value)
    {
        try { return "answer: " + await Clients.Caller.InvokeAsync<int>("AskInt", value, CancellationToken.None); }
        catch (Exception) { return "failed"; }
    }

    public async Task<string> AskClientCatch(string connectionId, string question)
    {
        try { return "answer: " + await Clients.Client(connectionId).InvokeAsync<string?>("Ask", question, CancellationToken.None); }
        catch (Exception e) { return "failed: " + e.Message; }
    }

    public async Task<string> AskCallerTimeout(string question, int ms)
    {
        using var cts = new CancellationTokenSource(ms);
        try { return "answer: " + await Clients.Caller.InvokeAsync<string?>("Ask", question, cts.Token); }
        catch (Exception e) { return "failed: " + e.Message; }
    }

    // Sends
    public Task SendToAll(string message) => Clients.All.SendAsync("Receive", message);
    public Task SendToAllExcept(string[] ids, string message) => Clients.AllExcept(ids).SendAsync("Receive", message);
    public Task SendToCaller(string message) => Clients.Caller.SendAsync("Receive", message);
    public Task SendToOthers(string message) => Clients.Others.SendAsync("Receive", message);
    public Task SendToClient(string id, string message) => Clients.Client(id).SendAsync("Receive", message);
    public Task SendToClients(string[] ids, string message) => Clients.Clients(ids).SendAsync("Receive", message);
    public Task SendToGroup(string group, string message) => Clients.Group(group).SendAsync("Receive", message);
    public Task SendToGroupExcept(string group, string[] ids, string message) => Clients.GroupExcept(group, ids).SendAsync("Receive", message);
    public Task SendToGroups(string[] groups, string message) => Clients.Groups(groups).SendAsync("Receive", message);
    public Task SendToOthersInGroup(string group, string message) => Clients.OthersInGroup(group).SendAsync("Receive", message);
    public Task SendToUser(string user, string message) => Clients.User(user).SendAsync("Receive", message);
    public Task SendToUsers(string[] users, string message) => Clients.Users(users).SendAsync("Receive", message);
    public Task JoinGroup(string group) => Groups.AddToGroupAsync(Context.ConnectionId, group);
    public Task LeaveGroup(string group) => Groups.RemoveFromGroupAsync(Context.ConnectionId, group);
    public Task JoinGroupFor(string connectionId, string group) => Groups.AddToGroupAsync(connectionId, group);
    public Task LeaveGroupFor(string connectionId, string group) => Groups.RemoveFromGroupAsync(connectionId, group);
    public async Task SendMany(int count) { for (var i = 0; i < count; i++) { await Clients.Caller.SendAsync("Item", i); } }
    public Task SendNoArguments() => Clients.Caller.SendAsync("NoArguments");
    public Task SendMixedArguments() => Clients.Caller.SendAsync("MixedArguments", 1, "two", true, null, new Person { Name = "three", Age = 3 });
    public Task SendText(string target, string text) => Clients.Caller.SendAsync(target, text);

    // Context
    public string GetConnectionId() => Context.ConnectionId;
    public string? GetUserIdentifier() => Context.UserIdentifier;
    public void SetItem(string key, string value) => Context.Items[key] = value;
    public string? GetItem(string key) => Context.Items.TryGetValue(key, out var v) ? (string?)v : null;
    public string? GetQuery(string name) => Context.GetHttpContext()!.Request.Query.TryGetValue(name, out var v) ? v.ToString() : null;
    public string? GetHeader(string name) => Context.GetHttpContext()!.Request.Headers.TryGetValue(name, out var v) ? v.ToString() : null;
    public string GetPath() => Context.GetHttpContext()!.Request.Path.ToString();
    public string GetTransport() => Context.Features.Get<IHttpTransportFeature>()!.TransportType.ToString();
    public bool IsAborted() => Context.ConnectionAborted.IsCancellationRequested;
    public void Abort() => Context.Abort();
    public async Task<string> AbortAfterSend(string message)
    {
        await Clients.Caller.SendAsync("Receive", message);
        Context.Abort();
        return "aborted";
    }
}

// Each set of options needs its own class, because options and broadcasts belong to the class of a hub.
public class DetailedHub : ConformanceHub { }
public class SmallHub : ConformanceHub { }
public class StatefulHub : ConformanceHub { }
public class SmallBufferHub : ConformanceHub { }
public class FastHub : ConformanceHub { }
public class ParallelHub : ConformanceHub { }
public class JsonOnlyHub : ConformanceHub { }
public class DeliveryHub : ConformanceHub { }
