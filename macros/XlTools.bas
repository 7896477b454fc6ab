Attribute VB_Name = "XlTools"
' The buttons of the city workbook. Each Sub names one function of xltools.faces.excel; Python does the work and talks
' to the user. ASCII only: the VBA editor reads the system code page. The same module runs in Excel, in WPS and in LibreOffice,
' told apart by ThisComponent, which LibreOffice alone knows (version numbers do not tell: WPS counts its own), so no Option
' Explicit: elsewhere it must compile as a variable that nobody has set.

Public Sub XlMerge()
    Launch "merge"
End Sub

Public Sub XlCheck()
    Launch "check"
End Sub

Public Sub XlGrade()
    Launch "grade"
End Sub

Public Sub XlChecklist()
    Launch "checklist"
End Sub

Public Sub XlUndo()
    Launch "undo"
End Sub

Public Sub XlPublish()
    Launch "publish"
End Sub

Private Sub Launch(verb)
    If IsEmpty(ThisComponent) Then
        RunPython verb
    Else
        RunScript verb
    End If
End Sub

' LibreOffice: the user script that "xltools setup" installed. It reports its own failures, so an error here means that it is not there.
Private Sub RunScript(verb)
    On Error GoTo Missing
    ThisComponent.getScriptProvider().getScript("vnd.sun.star.script:xltools_menu.py$" & verb & "?language=Python&location=user").invoke Array(ThisComponent), Array(), Array()
    Exit Sub
Missing:
    MsgBox NotSetUp(), vbExclamation, "xltools"
End Sub

' Excel: a process of its own, which finds this workbook by name and window, as xlwings expects it.
Private Sub RunPython(verb)
    Dim shell, interpreter, outcome, command, shown
    interpreter = FirstLine(Folder() & "python.txt")
    If interpreter = "" Then
        MsgBox NotSetUp(), vbExclamation, "xltools"
        Exit Sub
    End If
    If InStr(ThisWorkbook.Name, "=") > 0 Then
        ' "The name of this workbook must not contain an equals sign. Please save it under another name."
        MsgBox Chinese("6587 4EF6 540D 4E2D 4E0D 80FD 6709 7B49 53F7 FF0C 8BF7 53E6 5B58 4E3A 522B 7684 540D 79F0 3002"), vbExclamation, "xltools"
        Exit Sub
    End If
    If Dir(Folder() & "message.txt") <> "" Then Kill Folder() & "message.txt"
    command = Quoted(interpreter) & " -m xltools.faces.excel " & verb & " " & Quoted("--wb=" & ThisWorkbook.Name) & " --from_xl=1 --hwnd=" & Application.Hwnd
    Set shell = CreateObject("WScript.Shell")
    ' "Starting ..." before Python is: it takes a second until that can speak.
    shown = Application.StatusBar
    Application.StatusBar = Chinese("6B63 5728 542F 52A8 2026")
    outcome = shell.Run(command, 0, True)
    Application.StatusBar = shown
    If outcome <> 0 Then MsgBox Message(outcome), vbExclamation, "xltools"
End Sub

Private Function Folder()
    Folder = Environ("LOCALAPPDATA") & "\xltools\"
End Function

' "xltools has not been set up on this computer. Please run: xltools setup"
Private Function NotSetUp()
    NotSetUp = Chinese("672C 673A 8FD8 6CA1 6709 8BBE 7F6E 7EE9 6548 5206 7EA7 5DE5 5177 3002 8BF7 5148 8FD0 884C FF1A") & "xltools setup"
End Function

' What Python left to say; when it could not even start, one sentence of our own.
Private Function Message(outcome)
    Message = WholeText(Folder() & "message.txt")
    ' "The program did not start. Please run: xltools doctor"
    If Message = "" Then Message = Chinese("7A0B 5E8F 6CA1 6709 542F 52A8 3002 8BF7 8FD0 884C FF1A") & "xltools doctor (" & outcome & ")"
End Function

Private Function FirstLine(path)
    FirstLine = Split(WholeText(path) & vbLf, vbLf)(0)
    FirstLine = Trim(Replace(FirstLine, vbCr, ""))
End Function

' A text file in UTF-8; "" when it is not there.
Private Function WholeText(path)
    WholeText = ""
    If Dir(path) = "" Then Exit Function
    Dim stream
    Set stream = CreateObject("ADODB.Stream")
    stream.Type = 2
    stream.Charset = "utf-8"
    stream.Open
    stream.LoadFromFile path
    WholeText = stream.ReadText
    stream.Close
End Function

Private Function Quoted(text)
    Quoted = Chr(34) & text & Chr(34)
End Function

' Text from its code points, because this file is ASCII.
Private Function Chinese(codes)
    Dim code
    Chinese = ""
    For Each code In Split(codes, " ")
        Chinese = Chinese & ChrW(CLng("&H" & code & "&"))
    Next
End Function
